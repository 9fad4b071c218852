// Schemas for values of several kinds (a condition, a mapped field). A union of schemas only reports that no kind fits.
// Here the kind is chosen first, so that the error names the wrong field.
import { z } from 'zod';

/** A schema that `choose` picks for each input. If it picks none, `otherwise` is the error. */
export function ofKinds<T>(
  choose: (given: unknown) => z.ZodType<T> | undefined,
  otherwise: string,
): z.ZodType<T> {
  return z.unknown().transform((given, ctx): T => {
    const result = choose(given)?.safeParse(given);
    if (result?.success) return result.data;
    if (result === undefined) ctx.addIssue({ code: 'custom', message: otherwise });
    else for (const issue of result.error.issues) ctx.addIssue({ ...issue });
    return z.NEVER;
  });
}

/** Whether this is an object with this field of its own. */
export function names(given: unknown, field: string): boolean {
  return given !== null && typeof given === 'object' && Object.hasOwn(given, field);
}
