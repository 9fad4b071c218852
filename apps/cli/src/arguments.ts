// Reading command lines.
import { type ParseArgsConfig, parseArgs } from 'node:util';

/** A command line that cannot be followed. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly code = 'USAGE';
}

/** Reads arguments; positionals are allowed. Throws UsageError. */
export function readArgs<const T extends NonNullable<ParseArgsConfig['options']>>(
  args: readonly string[],
  options: T,
) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    // Node adds advice about positional arguments, which opens a quote that never ends.
    const message = (error as Error).message.replace(
      /\. To specify a positional argument starting with .*$/s,
      '',
    );
    throw new UsageError(message, { cause: error });
  }
}
