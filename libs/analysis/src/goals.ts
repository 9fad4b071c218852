// Finds goals of customers: the words after "I want to", "we need to" and similar phrases.
const MAX_GOALS = 5;
const MAX_LENGTH = 200;

const WHO = String.raw`(?:i|we|my (?:team|company|boss|wife|husband)|our (?:team|company))`;
const HOW = String.raw`(?: (?:really|just|only|also|still|now|simply|urgently|desperately|badly))?`;
const WISH = String.raw`(?:want|wants|wanted|need|needs|needed|would (?:like|love)|['’]d (?:like|love)|have|has|plan|hope|wish|intend|aim|am trying|['’]m trying|are trying|['’]re trying|am looking|['’]m looking|are looking|['’]re looking|am hoping|['’]m hoping|are hoping|['’]re hoping|am planning|['’]m planning|are planning|['’]re planning|tried|try)`;
const GOAL = new RegExp(
  String.raw`\b(?:${WHO}${HOW} ?${WISH}|(?:my|our) (?:goal|aim|plan) is|(?:trying|hoping|looking|planning))${HOW} to (?!be\b|know\b|hear\b|say\b|ask\b|tell\b)([^.!?;\n]{3,400})`,
  'gi',
);
/** Words that end a goal, because another clause begins. */
const ELSE =
  /,? (?:but|because|however|although)\b|,? so (?:can|could|please|what|how)\b|,? (?:can|could) (?:you|i|we)\b/i;
const SIGN = / to /i;

/** Up to five goals in `text`, in the customer's words, each cut to 200 characters: "move our data before Friday". */
export function goalsOf(text: string): string[] {
  if (!SIGN.test(text)) return [];
  const goals = new Set<string>();
  for (const [, wanted = ''] of text.matchAll(GOAL)) {
    const goal = (wanted.split(ELSE, 1)[0] ?? '').trim().replace(/,$/, '').slice(0, MAX_LENGTH);
    if (goal !== '') goals.add(goal);
    if (goals.size === MAX_GOALS) break;
  }
  return [...goals];
}
