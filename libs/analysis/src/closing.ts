// Whether a talk ends with its matter solved: nobody has to hurry to it any more, however it began.
import { find } from './findings.ts';
import type { Message } from './messages.ts';
import { sentimentScore } from './sentiment.ts';
import { tokenise } from './tokens.ts';

/** The customer spoke before, says at the end that it is solved, asks nothing, and is not unhappy. */
export function endsSolved(messages: readonly Message[]): boolean {
  const said = messages.filter(({ customer }) => customer);
  const last = said.at(-1)?.text ?? '';
  if (said.length < 2 || last.includes('?')) return false;
  const tokens = tokenise(last);
  const found = find(tokens);
  return found.needs.has('solved') && sentimentScore(tokens, found.feelings) >= 0;
}
