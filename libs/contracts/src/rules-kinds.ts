// Things that come in several kinds (a condition, a mapped field). A plain union of schemas says of a fault only that no
// kind fits; here the kind that was meant is found first, and its own faults are told, with their places.
import { z } from 'zod';

/** A schema that is chosen by what is given; `undefined` when it is of no kind, which `otherwise` says. */
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

/** Whether it is an object that names this field itself. */
export function names(given: unknown, field: string): boolean {
  return given !== null && typeof given === 'object' && Object.hasOwn(given, field);
}
