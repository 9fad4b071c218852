// Whether a conversation ends with its problem solved. Then it is not urgent, however it began.
import { find } from './findings.ts';
import type { Message } from './messages.ts';
import { sentimentScore } from './sentiment.ts';
import { tokenise } from './tokens.ts';

/** The customer's last message says that the problem is solved, asks nothing, is not unhappy, and is not the only one. */
export function endsSolved(messages: readonly Message[]): boolean {
  const said = messages.filter(({ customer }) => customer);
  const last = said.at(-1)?.text ?? '';
  if (said.length < 2 || last.includes('?')) return false;
  const tokens = tokenise(last);
  const found = find(tokens);
  return found.needs.has('solved') && sentimentScore(tokens, found.feelings) >= 0;
}
