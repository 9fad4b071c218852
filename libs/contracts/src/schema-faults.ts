// What a zod schema found wrong, as one line for people.
import type { z } from 'zod';

const MAX_FAULTS = 3;

/** What a schema found, with paths and without values: fit for logs and for the ledger. */
export function schemaFaults(error: z.ZodError, root = ''): string {
  const listed = error.issues.slice(0, MAX_FAULTS).map(({ path, message }) => {
    const at = [root, ...path.map(String)].filter(Boolean).join('.');
    return `${at}: ${message}`;
  });
  const more = error.issues.length - listed.length;
  return listed.join('; ') + (more > 0 ? `; and ${more} more` : '');
}
