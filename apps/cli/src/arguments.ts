// Reads command lines, and explains what is wrong with them.
import { type ParseArgsConfig, parseArgs } from 'node:util';

/** The command line is wrong. The message says what to change. */
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
    // Node adds advice about positional arguments that does not help here, with an unclosed quote.
    const message = (error as Error).message.replace(
      /\. To specify a positional argument starting with .*$/s,
      '',
    );
    throw new UsageError(message, { cause: error });
  }
}
