// Takes out of a text what tells who somebody is or lets others in, before the text goes to a model.
import { cardSpans, ibanSpans, ssnSpans } from './mask/accounts.ts';
import { emailSpans } from './mask/emails.ts';
import { ipv4Spans, ipv6Spans } from './mask/networks.ts';
import { passwordSpans } from './mask/passwords.ts';
import { phoneSpans } from './mask/phone-numbers.ts';
import { randomSpans, signedSpans } from './mask/secrets.ts';
import { filledIn, inOrder, type Span } from './mask/span.ts';
import { read } from './mask/spelling.ts';

interface Search {
  readonly mask: string;
  /** No text without it has anything to find. */
  readonly sign: RegExp;
  spans(reading: string, phoneCountry: string): Span[];
}

const DIGIT = /\d/;

/** In this order: what one has found is not there for the next. */
const SEARCHES: readonly Search[] = [
  { mask: '[SECRET]', sign: /[-_.]|bearer|basic|akia|asia|aiza/i, spans: signedSpans },
  { mask: '[EMAIL]', sign: /@|%40|&#0?64;|&commat;|\bat\b|_at_/i, spans: emailSpans },
  {
    mask: '[SECRET]',
    sign: /pass|pw|pin|otp|cv[cv]|code|key|token|secret|contrase|senha|mot de|парол/i,
    spans: passwordSpans,
  },
  { mask: '[IBAN]', sign: DIGIT, spans: ibanSpans },
  { mask: '[IP]', sign: /:/, spans: ipv6Spans },
  { mask: '[SECRET]', sign: DIGIT, spans: randomSpans },
  { mask: '[IP]', sign: DIGIT, spans: ipv4Spans },
  { mask: '[CREDIT_CARD]', sign: DIGIT, spans: cardSpans },
  { mask: '[SSN]', sign: DIGIT, spans: ssnSpans },
  { mask: '[PHONE]', sign: DIGIT, spans: phoneSpans },
];

/**
 * `text` with e-mail addresses, phone, card, social security and bank account numbers, IP addresses, keys and passwords
 * replaced by `[EMAIL]`, `[PHONE]`, `[CREDIT_CARD]`, `[SSN]`, `[IBAN]`, `[IP]` and `[SECRET]`. Phone numbers without a
 * country code are read as ones of `phoneCountry` (two capital letters). All else stays as it is. Takes time by length,
 * whatever the text is.
 */
export function maskPersonalData(text: string, phoneCountry: string): string {
  const pieces: string[] = [];
  let from = 0;
  for (const { start, end, mask } of personalSpans(text, phoneCountry)) {
    pieces.push(text.slice(from, start), mask);
    from = end;
  }
  pieces.push(text.slice(from));
  return pieces.join('');
}

/** What `maskPersonalData` replaces, in order. */
export function personalSpans(text: string, phoneCountry: string): (Span & { readonly mask: string })[] {
  const reading = read(text);
  const found: (Span & { mask: string })[] = [];
  let left = reading.text;
  for (const { mask, sign, spans } of SEARCHES) {
    if (!sign.test(left)) continue;
    const these = inOrder(spans(left, phoneCountry));
    left = filledIn(left, these);
    for (const span of these) found.push({ ...span, mask });
  }
  found.sort((a, b) => a.start - b.start);
  const { places } = reading;
  if (places === null) return found;
  return found.map(({ start, end, mask }) => ({
    start: places[start] ?? text.length,
    end: places[end] ?? text.length,
    mask,
  }));
}
