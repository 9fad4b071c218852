// Personal data of nobody, made by chance and valid by its check digits, in sentences of support talk: for the tests of what
// must not leave the house.
import { Chance, checkOf97, withLuhn } from './test-chance.ts';

/** One sentence with one piece of personal data in it. */
export interface PersonalMarker {
  /** `email`, `phone`, `card`, `ssn`, `iban`, `ipv4`, `ipv6`, `key` or `password`. */
  readonly kind: string;
  readonly text: string;
  /** As it stands in the text. */
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
/** Country, length, and how the account part is written: digits (n) or capital letters (a). */
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

/** `count` markers of all kinds in turn, each secret another; the same ones for the same `seed`. */
export function personalMarkers(count: number, seed: number): readonly PersonalMarker[] {
  const chance = new Chance(seed);
  const makers = Object.entries(MAKERS);
  const secrets = new Set<string>();
  const markers: PersonalMarker[] = [];
  while (markers.length < count) {
    const [kind, make] = makers[markers.length % makers.length] as (typeof makers)[number];
    const { secret, lead = '' } = make(chance);
    if (secrets.has(secret)) continue;
    secrets.add(secret);
    const [before, after] = chance.of(SENTENCES);
    markers.push({ kind, secret, text: `${before}${lead}${secret}${after}` });
  }
  return markers;
}

interface Made {
  readonly secret: string;
  /** Words that go before it. */
  readonly lead?: string;
}

const MAKERS: Readonly<Record<string, (chance: Chance) => Made>> = {
  email: (chance) => {
    const name = `${chance.of(FIRST)}${chance.of(['.', '_', '-', ''])}${chance.of(LAST)}${chance.digits(4)}`;
    const host = chance.of(HOSTS);
    const spelled = host.replaceAll('.', chance.of([' dot ', ' (dot) ', '[dot]']));
    return {
      secret: chance.of([
        `${name}@${host}`,
        `${name}@${host}`,
        `${name}+shop@${host.toUpperCase()}`,
        wide(`${name}@${host}`),
        unseen(`${name}@${host}`),
        `${name} (at) ${spelled}`,
        `${name} at ${spelled}`,
        `${name}[at]${host}`,
        `${name} @ ${host}`,
      ]),
    };
  },
  phone: (chance) => {
    const us = `${chance.of(['212', '415', '617', '303'])}${chance.of(['555', '234', '661'])}${chance.digits(4)}`;
    const [area, office, line] = [us.slice(0, 3), us.slice(3, 6), us.slice(6)];
    const london = chance.digits(4);
    const formed = chance.of([
      `(${area}) ${office}-${line}`,
      `${area}-${office}-${line}`,
      `${area}.${office}.${line}`,
      `${area} ${office} ${line}`,
      `+1 ${area} ${office} ${line}`,
      `+1${us}`,
      `1-${area}-${office}-${line}`,
      `+44 (0)20 7946 ${london}`,
      `+44 20 7946 ${london}`,
      `+49 30 ${chance.digits(7, '2345678')}`,
      `+33 6 ${chance.digits(2)} ${chance.digits(2)} ${chance.digits(2)} ${chance.digits(2)}`,
      `+372 5${chance.digits(3)} ${chance.digits(4)}`,
      `020 7946 ${london}`,
    ]);
    const bare = { secret: us, lead: chance.of(['call me at ', 'my phone is ', 'WhatsApp: ']) };
    return chance.of([{ secret: formed }, { secret: formed }, { secret: spelling(formed, chance) }, bare]);
  },
  card: (chance) => {
    const [start, length] = chance.of(CARDS);
    const digits = withLuhn(start + chance.digits(length - 1 - start.length));
    const grouped = digits.replace(/\d{4}(?=\d)/g, `$&${chance.of([' ', '-', '.', '\u00a0'])}`);
    return { secret: chance.of([digits, grouped, grouped, spelling(grouped, chance)]) };
  },
  ssn: (chance) => {
    const parts = [
      chance.of(['123', '219', '457', '078']),
      `${chance.digits(1, '123456789')}1`,
      `${chance.digits(3)}7`,
    ];
    return chance.of([
      { secret: parts.join('-') },
      { secret: parts.join(' ') },
      { secret: parts.join('.') },
      { secret: spelling(parts.join('-'), chance) },
      { secret: parts.join(''), lead: 'SSN ' },
    ]);
  },
  iban: (chance) => {
    const form = chance.of(ACCOUNTS);
    const country = form.slice(0, 2);
    const account = form
      .slice(2)
      .replace(/[an]\d+/g, (part) =>
        chance.digits(Number(part.slice(1)), part[0] === 'a' ? 'ABCDEFGHIJKLMNOP' : undefined),
      );
    const iban = `${country}${checkOf97(country, account)}${account}`;
    const grouped = iban.replace(/.{4}(?=.)/g, '$& ');
    return {
      secret: chance.of([
        iban,
        grouped,
        grouped.replaceAll(' ', '-'),
        iban.toLowerCase(),
        spelling(grouped, chance),
      ]),
    };
  },
  ipv4: (chance) => {
    const address = `${chance.of(['192.0.2', '198.51.100', '203.0.113'])}.${chance.whole(1, 254)}`;
    return {
      secret: chance.of([
        address,
        `10.${chance.whole(0, 255)}.${chance.whole(0, 255)}.${chance.whole(1, 254)}`,
        wide(address),
      ]),
    };
  },
  ipv6: (chance) => {
    const group = () => `${chance.digits(1, HEX.slice(1))}${chance.digits(3, HEX)}`;
    return {
      secret: chance.of([
        `2001:db8::${group()}:${group()}`,
        `2001:db8:${group()}:${group()}:${group()}:${group()}:${group()}:${group()}`,
        `2001:DB8::${group().toUpperCase()}:${group().toUpperCase()}`,
        `::ffff:192.0.2.${chance.whole(1, 254)}`,
      ]),
    };
  },
  key: (chance) => {
    const random = (length: number) => `${chance.digits(length - 2, MIXED)}7q`;
    const capital = () => chance.digits(16, `${LETTERS.toUpperCase()}234567`);
    return chance.of([
      { secret: `sk-${random(40)}` },
      { secret: `sk-proj-${random(24)}_${random(20)}` },
      { secret: random(40), lead: 'Bearer ' },
      { secret: `AKIA${capital()}` },
      { secret: `${chance.digits(30, HEX)}a1` },
      { secret: `${random(40)}==` },
      { secret: `ghp_${random(36)}` },
      { secret: `eyJ${random(24)}.eyJ${random(40)}.${random(43)}` },
    ]);
  },
  password: (chance) => {
    const word = `${chance.of(LAST)}${chance.digits(4)}${chance.of(['!', '#', ''])}`;
    return { secret: word, lead: chance.of(['password is ', 'my password: ', 'the passcode is ', 'pwd=']) };
  },
};

/** Wide letters, as an Asian keyboard gives them. */
function wide(text: string): string {
  return text.replace(/[!-~]/g, (character) => String.fromCharCode(character.charCodeAt(0) + 0xfee0));
}

/** Characters of no width between the others. */
function unseen(text: string): string {
  return [...text].join('\u200b');
}

/** Digits in another spelling. */
function spelling(text: string, chance: Chance): string {
  return chance.of([wide, unseen, (plain: string) => plain.replace(/[ -]/g, '\u00a0')])(text);
}
