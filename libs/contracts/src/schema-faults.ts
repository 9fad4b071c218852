// Writes the errors of a zod schema as one line for people.
import type { z } from 'zod';

const MAX_FAULTS = 3;

/** The first errors with their paths, without values: safe for logs and for the ledger. */
export function schemaFaults(error: z.ZodError, root = ''): string {
  const listed = error.issues.slice(0, MAX_FAULTS).map(({ path, message }) => {
    const at = [root, ...path.map(String)].filter(Boolean).join('.');
    return `${at}: ${message}`;
  });
  const more = error.issues.length - listed.length;
  return listed.join('; ') + (more > 0 ? `; and ${more} more` : '');
}
