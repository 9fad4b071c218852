// Finds passwords, PINs and keys after the words that announce them.
import type { Span } from './span.ts';

const NAMED =
  /(?<![\p{L}\d_])(pass ?words?|passwd|pass ?phrase|pass ?code|pwd|pw|pass(?=\s{0,3}[:=])|passwort|contrase[ñn]a|senha|mot de passe|пароль|pin(?: code| number)?|otp|cv[vc]|(?:verification|security|one[- ]time|login|2fa|access) code|(?:api|access|secret|private|auth)[ _-]?(?:key|token)|token|secret)(?![\p{L}\d_])["'”]?(?:(?: (?:for|to|of|on)(?: [\w.'-]{1,20}){1,4}?)?(\s{0,3}[:=]{1,2}\s{0,3}|\s{1,3}(?:is|was)(?: now| still)?:?\s{1,3})|['’]s\s{1,3}|\s{1,3}(?:-|es|est|ist|é)\s{1,3}|\s{1,3})(?=(["'“”‘’`]?)([^\s\uffff]{1,200}))/giu;
const SHORTEST_KEY = 6;
/** A quote, or the filler in place of an earlier finding. */
const CLOSING = /["'“”‘’`\uffff]/;
const LONGEST_QUOTED = 80;
const TRAILING_MARKS = /[.,;:!?)"'”’`\]>}]+$/;
const ONLY_WORDS = /^[\p{L}'’/-]+$/u;
const NUMBER_NAME = /^(?:pin|otp|cv|pass ?code|verification|security|one|login|2fa|access code)/i;
const PASSWORD_NAME = /^(?:pass ?[cpw]|pwd$|pw$|contrase|senha|mot|пароль)/i;
const CLAUSE_END =
  /^(?:["'”’`)]?[.,;!?\n)]|["'”’`)]?\s*$|\s{1,3}(?:and|but|thanks|please|can|could|so|for)\b)/i;
/** Words after "password is" that are not the password itself. */
const NOT_A_VALUE =
  /(?:.ed|.ing|.ly|n't|n’t)$|^(?:not|wrong|in?correct|invalid|valid|right|too|still|never|always|no|none|nothing|the|my|a|an|in|on|at|it|its|this|that|weak|short|long|lost|forgotten|forgot|unknown|missing|empty|blank|set|reset|change|changed|saved|same|different|fine|ok|okay|good|bad|gone|old|new|older|hard|easy|case-sensitive|safe|strong|secure|broken|stolen|hidden|visible|up|out|down|to|of|or|and|for|from|with|what|which|where|how|why|when|who|there|here|due|back|your|our|yes|true|false|null|undefined|mandatory|optional|sent|known|shown|given|help|please|again|about|will|would|could|should|can|field|link|page|manager|rules|policy|is|was|are|does|do|did)$/i;

/** Spans of the values that a text announces as secret. */
export function passwordSpans(text: string): Span[] {
  return Array.from(text.matchAll(NAMED)).flatMap((match) => {
    const [whole, name = '', link, quote = '', value = ''] = match;
    const start = match.index + whole.length + quote.length;
    const end =
      quote === '' ? start + value.replace(TRAILING_MARKS, '').length : quotedEnd(text, start, value);
    const said = text.slice(start, end);
    const sign = link === undefined ? 'none' : /[:=]/.test(link) ? 'mark' : 'is';
    const secret =
      quote !== '' && sign !== 'none' && !NOT_A_VALUE.test(said)
        ? said.length >= 3
        : isSecret(name, sign, said, text.slice(end, end + 20));
    return secret ? [{ start, end }] : [];
  });
}

function quotedEnd(text: string, start: number, value: string): number {
  const far = text.slice(start, start + LONGEST_QUOTED);
  const closing = far.search(CLOSING);
  return start + (closing > 0 ? closing : value.replace(TRAILING_MARKS, '').length);
}

function isSecret(name: string, sign: 'mark' | 'is' | 'none', said: string, after: string): boolean {
  if (said.length < 3) return false;
  if (/^\d+$/.test(said)) {
    return NUMBER_NAME.test(name)
      ? said.length <= 8
      : PASSWORD_NAME.test(name) && sign !== 'none' && said.length >= 4;
  }
  if (!PASSWORD_NAME.test(name) && !NUMBER_NAME.test(name) && said.length < SHORTEST_KEY) return false;
  const mixed = /\d/.test(said) ? /[a-z]/i.test(said) || !/^\d+%$/.test(said) : !ONLY_WORDS.test(said);
  const innerCapital = /[a-z][A-Z]/.test(said);
  if (sign === 'none') return /\d/.test(said) && mixed && said.length >= 5 && /[a-z]/i.test(said);
  if (mixed || innerCapital) return true;
  if (!PASSWORD_NAME.test(name) || NOT_A_VALUE.test(said)) return false;
  return sign === 'mark' || CLAUSE_END.test(after);
}
