// A mistake that is put into the product on purpose, to check that a scenario notices it. It exists only in a bundle
// that is built for this; the sources are never changed.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildApps } from '../../../build/build.mjs';
import { root } from '../../../root.mjs';
import type { ServiceName } from '../../rig/system.ts';
import type { ViolationKind } from '../violations.ts';

/** One mistake in one place. */
export interface SourceBug {
  readonly name: string;
  /** What it breaks, in a few words. */
  readonly breaks: string;
  /** From the root of the checkout. */
  readonly file: string;
  /** Text that is in the file once. */
  readonly found: string;
  readonly replacement: string;
}

/** A mistake in a service that a scenario must notice. */
export interface Bug extends SourceBug {
  /** The service that is built with it. */
  readonly app: ServiceName;
  /** Name of the scenario that must fail, and how. */
  readonly scenario: string;
  readonly expected: ViolationKind;
}

/** The source has changed, and nobody can tell any more where the mistake would go. */
export class BugMismatchError extends Error {
  override readonly name = 'BugMismatchError';
  readonly code = 'BUG_MISMATCH';
}

/** Throws BugMismatchError unless the text is in the source exactly once. */
export function checkBug(bug: SourceBug): void {
  const times = readFileSync(join(root, bug.file), 'utf8').split(bug.found).length - 1;
  if (times === 1) return;
  throw new BugMismatchError(
    `seeding ${bug.name}: its text is ${times} times in ${bug.file} and must be there once; bring "found" up to date`,
  );
}

/** Builds a service with mistakes into `out`; answers that folder. Throws BugMismatchError, BuildError. */
export async function buildWith(app: ServiceName, bugs: readonly Bug[], out: string): Promise<string> {
  bugs.forEach(checkBug);
  const seeded = new Set<Bug>();
  const alter = (path: string, text: string): string =>
    bugs
      .filter(({ file }) => path === join(root, file))
      .reduce((altered, bug) => {
        seeded.add(bug);
        return altered.replace(bug.found, () => bug.replacement);
      }, text);
  await buildApps([app], { out, alter });
  const left = bugs.find((bug) => !seeded.has(bug));
  if (left)
    throw new BugMismatchError(`seeding ${left.name}: ${left.file} is no part of ${app}; name another app`);
  return out;
}
