// Reads command lines. It checks an output file at the start, not after the hours that lead to it.
import { accessSync, constants, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parseArgs } from 'node:util';

/** A command line that cannot be followed. */
export class UsageError extends Error {
  /** @override */
  name = 'UsageError';
  code = 'USAGE';
}

/**
 * Reads arguments as `parseArgs` of Node does. Throws UsageError.
 * @template {import('node:util').ParseArgsConfig} Config
 * @param {readonly string[]} args
 * @param {Config} config its options, and whether it takes more than these
 * @param {string} [help] the command line that shows all options, for the error
 * @returns {ReturnType<typeof parseArgs<Config & { args: string[] }>>}
 */
export function readArguments(args, config, help) {
  try {
    return parseArgs({ ...config, args: [...args] });
  } catch (error) {
    // Where a command takes more than options Node adds advice about that, which opens a quote that never ends.
    const [fault] = /** @type {Error} */ (error).message.split(
      '. To specify a positional argument starting with ',
    );
    throw new UsageError(help ? `${fault} (${help} shows all options)` : fault, { cause: error });
  }
}

/**
 * A whole number within bounds. Throws UsageError.
 * @param {string} option
 * @param {string} text
 * @param {number} least
 * @param {number} [most]
 */
export function wholeNumber(option, text, least, most = Number.MAX_SAFE_INTEGER) {
  const number = Number(text);
  if (Number.isInteger(number) && number >= least && number <= most) return number;
  const bounds = most === Number.MAX_SAFE_INTEGER ? `from ${least}` : `from ${least} to ${most}`;
  throw new UsageError(`${option} ${text}: give a whole number ${bounds}`);
}

/**
 * The absolute path of a file to be written; throws UsageError when nothing can be written there.
 * @param {string} option
 * @param {string} path
 */
export function outputFile(option, path) {
  const file = resolve(path);
  try {
    accessSync(dirname(file), constants.W_OK);
  } catch (cause) {
    throw new UsageError(`${option} ${path}: the folder ${dirname(file)} is not writable`, { cause });
  }
  if (statSync(file, { throwIfNoEntry: false })?.isDirectory())
    throw new UsageError(`${option} ${path}: that is a folder; name a file`);
  return file;
}

/**
 * For the end of a command: what a wrong command line says, and its exit code. Anything else is thrown on.
 * @param {string} command @param {unknown} error
 */
export function endWithUsage(command, error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`${command}: ${error.message}\n`);
  process.exitCode = 2;
}

/** A command that is ended by a signal says so; what it started is the guardian's to end. @param {string} command */
export function endOnSignals(command) {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.once(signal, () => {
      process.stderr.write(`${command}: given up on ${signal}; everything it started is being ended\n`);
      process.exit(1);
    });
  }
}
