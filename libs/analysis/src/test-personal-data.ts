// For specs: invented personal data with valid check digits, in sentences of support conversations. Specs check that it is
// masked everywhere.
import { SeededRandom, ibanCheckDigits, withLuhn } from './test-random.ts';

/** One sentence with one piece of personal data in it. */
export interface PersonalMarker {
  /** `email`, `phone`, `card`, `ssn`, `iban`, `ipv4`, `ipv6`, `key` or `password`. */
  readonly kind: string;
  readonly text: string;
  /** As it is written in the text. */
  readonly secret: string;
}

const SENTENCES = [
  ['Hello, ', ', thank you!'],
  ['It is ', '.'],
  ['I already told your colleague: ', ' - why do you ask again?'],
  ['Order 48213 was never delivered. Use ', ' from now on, please.'],
  ['My data (', ') are wrong on invoice 2026-118.'],
  ['Paid $49.90 on 2026-10-03, and you still have ', ' on file'],
  ['Please remove "', '" from my account. It is the 3rd time that I ask.'],
  ['see below\n', '\nregards'],
] as const;
const FIRST = ['ana', 'bo', 'chloe', 'dmitri', 'eva', 'farid', 'greta', 'hugo', 'ines', 'jonas'];
const LAST = ['sample', 'tester', 'placeholder', 'nobody', 'mustermann', 'doe', 'fixture', 'dummy'];
const HOSTS = [
  'example.com',
  'example.org',
  'mail.example.net',
  'shop.example',
  'nobody.test',
  'post.example.co.uk',
];
/** Country, and the form of the account number: a (capital letters) or n (digits), each with a length. */
const ACCOUNTS = [
  'DEn18',
  'GBa4n14',
  'FRn23',
  'NLa4n10',
  'EEn16',
  'ESn20',
  'BEn12',
  'MTa4n23',
  'PLn24',
  'NOn11',
];
const CARDS = [
  ['4', 16],
  ['4', 13],
  ['51', 16],
  ['2221', 16],
  ['34', 15],
  ['37', 15],
  ['6011', 16],
  ['3530', 16],
  ['36', 14],
  ['62', 19],
] as const;
const LETTERS = 'abcdefghijklmnopqrstuvwxyz';
const HEX = '0123456789abcdef';
const MIXED = `${LETTERS}${LETTERS.toUpperCase()}0123456789`;

/** `count` markers of all kinds, each with a different secret. The same `seed` gives the same markers. */
export function personalMarkers(count: number, seed: number): readonly PersonalMarker[] {
  const random = new SeededRandom(seed);
  const makers = Object.entries(MAKERS);
  const secrets = new Set<string>();
  const markers: PersonalMarker[] = [];
  while (markers.length < count) {
    const [kind, make] = makers[markers.length % makers.length] as (typeof makers)[number];
    const { secret, lead = '' } = make(random);
    if (secrets.has(secret)) continue;
    secrets.add(secret);
    const [before, after] = random.of(SENTENCES);
    markers.push({ kind, secret, text: `${before}${lead}${secret}${after}` });
  }
  return markers;
}

interface Made {
  readonly secret: string;
  /** The words before it. */
  readonly lead?: string;
}

const MAKERS: Readonly<Record<string, (random: SeededRandom) => Made>> = {
  email: (random) => {
    const name = `${random.of(FIRST)}${random.of(['.', '_', '-', ''])}${random.of(LAST)}${random.digits(4)}`;
    const host = random.of(HOSTS);
    const spelled = host.replaceAll('.', random.of([' dot ', ' (dot) ', '[dot]']));
    return {
      secret: random.of([
        `${name}@${host}`,
        `${name}@${host}`,
        `${name}+shop@${host.toUpperCase()}`,
        wide(`${name}@${host}`),
        zeroWidth(`${name}@${host}`),
        `${name} (at) ${spelled}`,
        `${name} at ${spelled}`,
        `${name}[at]${host}`,
        `${name} @ ${host}`,
      ]),
    };
  },
  phone: (random) => {
    const us = `${random.of(['212', '415', '617', '303'])}${random.of(['555', '234', '661'])}${random.digits(4)}`;
    const [area, office, line] = [us.slice(0, 3), us.slice(3, 6), us.slice(6)];
    const london = random.digits(4);
    const formed = random.of([
      `(${area}) ${office}-${line}`,
      `${area}-${office}-${line}`,
      `${area}.${office}.${line}`,
      `${area} ${office} ${line}`,
      `+1 ${area} ${office} ${line}`,
      `+1${us}`,
      `1-${area}-${office}-${line}`,
      `+44 (0)20 7946 ${london}`,
      `+44 20 7946 ${london}`,
      `+49 30 ${random.digits(7, '2345678')}`,
      `+33 6 ${random.digits(2)} ${random.digits(2)} ${random.digits(2)} ${random.digits(2)}`,
      `+372 5${random.digits(3)} ${random.digits(4)}`,
      `020 7946 ${london}`,
    ]);
    const bare = { secret: us, lead: random.of(['call me at ', 'my phone is ', 'WhatsApp: ']) };
    return random.of([{ secret: formed }, { secret: formed }, { secret: spelling(formed, random) }, bare]);
  },
  card: (random) => {
    const [start, length] = random.of(CARDS);
    const digits = withLuhn(start + random.digits(length - 1 - start.length));
    const grouped = digits.replace(/\d{4}(?=\d)/g, `$&${random.of([' ', '-', '.', '\u00a0'])}`);
    return { secret: random.of([digits, grouped, grouped, spelling(grouped, random)]) };
  },
  ssn: (random) => {
    const parts = [
      random.of(['123', '219', '457', '078']),
      `${random.digits(1, '123456789')}1`,
      `${random.digits(3)}7`,
    ];
    return random.of([
      { secret: parts.join('-') },
      { secret: parts.join(' ') },
      { secret: parts.join('.') },
      { secret: spelling(parts.join('-'), random) },
      { secret: parts.join(''), lead: 'SSN ' },
    ]);
  },
  iban: (random) => {
    const form = random.of(ACCOUNTS);
    const country = form.slice(0, 2);
    const account = form
      .slice(2)
      .replace(/[an]\d+/g, (part) =>
        random.digits(Number(part.slice(1)), part[0] === 'a' ? 'ABCDEFGHIJKLMNOP' : undefined),
      );
    const iban = `${country}${ibanCheckDigits(country, account)}${account}`;
    const grouped = iban.replace(/.{4}(?=.)/g, '$& ');
    return {
      secret: random.of([
        iban,
        grouped,
        grouped.replaceAll(' ', '-'),
        iban.toLowerCase(),
        spelling(grouped, random),
      ]),
    };
  },
  ipv4: (random) => {
    const address = `${random.of(['192.0.2', '198.51.100', '203.0.113'])}.${random.whole(1, 254)}`;
    return {
      secret: random.of([
        address,
        `10.${random.whole(0, 255)}.${random.whole(0, 255)}.${random.whole(1, 254)}`,
        wide(address),
      ]),
    };
  },
  ipv6: (random) => {
    const group = () => `${random.digits(1, HEX.slice(1))}${random.digits(3, HEX)}`;
    return {
      secret: random.of([
        `2001:db8::${group()}:${group()}`,
        `2001:db8:${group()}:${group()}:${group()}:${group()}:${group()}:${group()}`,
        `2001:DB8::${group().toUpperCase()}:${group().toUpperCase()}`,
        `::ffff:192.0.2.${random.whole(1, 254)}`,
      ]),
    };
  },
  key: (random) => {
    const letters = (length: number) => `${random.digits(length - 2, MIXED)}7q`;
    const capital = () => random.digits(16, `${LETTERS.toUpperCase()}234567`);
    return random.of([
      { secret: `sk-${letters(40)}` },
      { secret: `sk-proj-${letters(24)}_${letters(20)}` },
      { secret: letters(40), lead: 'Bearer ' },
      { secret: `AKIA${capital()}` },
      { secret: `${random.digits(30, HEX)}a1` },
      { secret: `${letters(40)}==` },
      { secret: `ghp_${letters(36)}` },
      { secret: `eyJ${letters(24)}.eyJ${letters(40)}.${letters(43)}` },
    ]);
  },
  password: (random) => {
    const word = `${random.of(LAST)}${random.digits(4)}${random.of(['!', '#', ''])}`;
    return { secret: word, lead: random.of(['password is ', 'my password: ', 'the passcode is ', 'pwd=']) };
  },
};

/** Full-width letters, as Asian keyboards give them. */
function wide(text: string): string {
  return text.replace(/[!-~]/g, (character) => String.fromCharCode(character.charCodeAt(0) + 0xfee0));
}

/** Zero-width characters between the others. */
function zeroWidth(text: string): string {
  return [...text].join('\u200b');
}

/** Digits in an unusual spelling. */
function spelling(text: string, random: SeededRandom): string {
  return random.of([wide, zeroWidth, (plain: string) => plain.replace(/[ -]/g, '\u00a0')])(text);
}
