// The options of the sandbox's commands. One declaration gives parsing, checking and `--help`.
import type { Writable } from 'node:stream';
import { parseArgs } from 'node:util';

/** Where a command writes: results to `out`, progress and problems to `err`. */
export interface Streams {
  out: Writable;
  err: Writable & { isTTY?: boolean };
}

export interface Option {
  /** The word for the value in the help, for example `URL`. Without it the option is a flag. */
  value?: string;
  about: string;
  required?: true;
  fallback?: string;
}

export interface Command {
  name: string;
  about: string;
  options: Readonly<Record<string, Option>>;
  /** Lines below the options, for example about environment variables. */
  notes?: readonly string[];
  /** Resolves with the exit code. */
  run(values: Values, streams: Streams): Promise<number>;
}

export type Values = Readonly<Record<string, string | undefined>>;

/** The command line is wrong; the program ends with code 2. */
export class UsageError extends Error {
  readonly code = 'USAGE';
}

/** Reads the arguments of a command; flags that are set have the value `true`. */
export function readOptions(command: Command, args: readonly string[]): Values {
  const options = Object.entries(command.options);
  let given: Record<string, unknown>;
  try {
    given = parseArgs({
      args: [...args],
      allowPositionals: false,
      options: Object.fromEntries(
        options.map(([name, { value }]) => [name, { type: value ? 'string' : 'boolean' }] as const),
      ),
    }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
  const values: Record<string, string | undefined> = {};
  for (const [name, { fallback, required, value }] of options) {
    const text = given[name] === undefined ? fallback : String(given[name]);
    if (required && !text) throw new UsageError(`--${name} ${value ?? ''} is required`);
    values[name] = text;
  }
  return values;
}

/** The text of `--help`. */
export function helpOf({ name, about, options, notes = [] }: Command): string {
  const left = Object.entries(options).map(([option, { value }]) => `--${option}${value ? ` ${value}` : ''}`);
  const width = Math.max(...left.map((text) => text.length));
  const lines = Object.values(options).map(({ about: text, fallback, required }, at) => {
    const ending = required ? ' (required)' : fallback === undefined ? '' : ` (default ${fallback})`;
    return `  ${(left[at] ?? '').padEnd(width)}  ${text}${ending}`;
  });
  return [`sandbox ${name}: ${about}`, '', ...lines, ...(notes.length ? ['', ...notes] : []), ''].join('\n');
}

/** A number option inside its bounds. */
export function numberOf(values: Values, name: string, low: number, high: number): number {
  const value = Number(values[name]);
  if (!values[name]?.trim() || !Number.isFinite(value) || value < low || value > high)
    throw new UsageError(`--${name} must be a number from ${low} to ${high}, not "${values[name]}"`);
  return value;
}

/** A whole number option inside its bounds. */
export function wholeOf(values: Values, name: string, low: number, high: number): number {
  const value = numberOf(values, name, low, high);
  if (!Number.isInteger(value))
    throw new UsageError(`--${name} must be a whole number, not "${values[name]}"`);
  return value;
}

/** An http or https URL option. */
export function urlOf(values: Values, name: string): URL {
  const text = values[name] ?? '';
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol))
    throw new UsageError(`--${name} must be an http or https URL, not "${text}"`);
  return url;
}
