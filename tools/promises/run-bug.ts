// Builds the search with a mistake in the runtime, and checks that it finds the mistake: a search that never finds
// anything proves nothing.
import { join } from 'node:path';
import { buildTool } from '../build/build.mjs';
import { checkBug, type SourceBug } from '../system-tests/faults/bugs/bug.ts';
import { outputOf } from '../processes/output-of.mjs';
import { root } from '../root.mjs';

const ENTRY = 'tools/promises/main.ts';
/** Exit code of a search that found something. */
const FOUND = 1;

/** Whether the search finds the mistake in time. Throws BugMismatchError, BuildError. */
export async function findBug(
  bug: SourceBug,
  { url, seed, minutes }: { readonly url: string; readonly seed: number; readonly minutes: number },
): Promise<boolean> {
  checkBug(bug);
  const alter = (path: string, text: string) =>
    path === join(root, bug.file) ? text.replace(bug.found, () => bug.replacement) : text;
  const file = await buildTool(ENTRY, { name: `promises-${bug.name}`, alter });
  const args = [file, '--seed', String(seed), '--minutes', String(minutes), '--keep-large'];
  const env = { ...process.env, TEST_DATABASE_URL: url };
  const { code, output: said } = await outputOf(args, { cwd: root, env });
  return code === FOUND && said.includes('A promise is broken');
}
