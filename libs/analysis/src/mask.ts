// Masks personal data, keys and passwords in a text before the text goes to a model.
import { cardSpans, ibanSpans, ssnSpans } from './mask/accounts.ts';
import { emailSpans } from './mask/emails.ts';
import { ipv4Spans, ipv6Spans } from './mask/networks.ts';
import { passwordSpans } from './mask/passwords.ts';
import { phoneSpans } from './mask/phone-numbers.ts';
import { normalise } from './mask/normalise.ts';
import { knownKeySpans, randomSpans } from './mask/secrets.ts';
import { blankOut, mergeSpans, type Span } from './mask/span.ts';

interface Detector {
  readonly mask: string;
  /** A cheap check: the detector runs only when this matches. */
  readonly precheck: RegExp;
  spans(text: string, phoneCountry: string): Span[];
}

const DIGIT = /\d/;

/** They run in this order. What one finds is blanked out for the next ones. */
const DETECTORS: readonly Detector[] = [
  { mask: '[SECRET]', precheck: /[-_.]|bearer|basic|akia|asia|aiza/i, spans: knownKeySpans },
  { mask: '[EMAIL]', precheck: /@|%40|&#0?64;|&commat;|\bat\b|_at_/i, spans: emailSpans },
  {
    mask: '[SECRET]',
    precheck: /pass|pw|pin|otp|cv[cv]|code|key|token|secret|contrase|senha|mot de|парол/i,
    spans: passwordSpans,
  },
  { mask: '[IBAN]', precheck: DIGIT, spans: ibanSpans },
  { mask: '[IP]', precheck: /:/, spans: ipv6Spans },
  { mask: '[SECRET]', precheck: DIGIT, spans: randomSpans },
  { mask: '[IP]', precheck: DIGIT, spans: ipv4Spans },
  { mask: '[CREDIT_CARD]', precheck: DIGIT, spans: cardSpans },
  { mask: '[SSN]', precheck: DIGIT, spans: ssnSpans },
  { mask: '[PHONE]', precheck: DIGIT, spans: phoneSpans },
];

/**
 * `text` with email addresses, phone, card, social security and bank account numbers, IP addresses, keys and passwords
 * replaced by `[EMAIL]`, `[PHONE]`, `[CREDIT_CARD]`, `[SSN]`, `[IBAN]`, `[IP]` and `[SECRET]`. Phone numbers without a
 * country code are read as numbers of `phoneCountry` (two capital letters). The rest of the text does not change. Takes
 * linear time for every text.
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

/** The spans that `maskPersonalData` replaces, in order. */
export function personalSpans(text: string, phoneCountry: string): (Span & { readonly mask: string })[] {
  const normalised = normalise(text);
  const found: (Span & { mask: string })[] = [];
  let left = normalised.text;
  for (const { mask, precheck, spans } of DETECTORS) {
    if (!precheck.test(left)) continue;
    const these = mergeSpans(spans(left, phoneCountry));
    left = blankOut(left, these);
    for (const span of these) found.push({ ...span, mask });
  }
  found.sort((a, b) => a.start - b.start);
  const { offsets } = normalised;
  if (offsets === null) return found;
  return found.map(({ start, end, mask }) => ({
    start: offsets[start] ?? text.length,
    end: offsets[end] ?? text.length,
    mask,
  }));
}
