// What command lines have in common. Where a report is to go is checked before the minutes or hours that lead to it.
import { accessSync, constants, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/** A command line that cannot be followed. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly code = 'USAGE';
}

/** The absolute path of a file to be written; throws UsageError when nothing can be written there. */
export function outputFile(option: string, path: string): string {
  const file = resolve(path);
  try {
    accessSync(dirname(file), constants.W_OK);
  } catch (cause) {
    throw new UsageError(`${option} ${path}: the folder ${dirname(file)} is not writable`, {
      cause,
    });
  }
  if (statSync(file, { throwIfNoEntry: false })?.isDirectory()) {
    throw new UsageError(`${option} ${path}: that is a folder; name a file`);
  }
  return file;
}
