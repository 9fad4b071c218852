// Invents customers and the sites that they write from. Addresses are in domains reserved for examples, so no mail can
// reach anybody.
import { Random } from './random.ts';

const firstNames = [
  ...[
    'Mari',
    'Õnne',
    'Jaan',
    'José',
    'Zoë',
    'François',
    'Amara',
    'Priya',
    'Kenji',
    'Liis',
    'Tomás',
    'Ingrid',
    'Ahmed',
  ],
  ...[
    'Chloé',
    'Jürgen',
    'Nadia',
    'Samuel',
    'Wei',
    'Grace',
    'Mateo',
    'Aino',
    'Daniel',
    'Fatima',
    'Oliver',
    'Hana',
    'Ruth',
  ],
];
const lastNames = [
  ...[
    'Tamm',
    'Kask',
    'García',
    'Müller',
    'Okafor',
    'Sharma',
    'Tanaka',
    'Novák',
    'Lindström',
    'Haddad',
    'Dubois',
    'Silva',
  ],
  ...[
    "O'Brien",
    'Chen',
    'Mensah',
    'Rossi',
    'Virtanen',
    'Cohen',
    'Yılmaz',
    'Brown',
    'Petrov',
    'Nguyen',
    'Saar',
    'Weber',
  ],
];
const mailDomains = ['example.com', 'example.org', 'example.net', 'mail.example.com', 'office.example.org'];
const sites = [
  'https://shop.example.com',
  'https://www.brightdesk.example',
  'https://northwind-outdoor.example',
  'https://kodu.example.org',
  'https://app.ledgerly.example',
  'https://www.atelier-lumen.example',
];
const places = [
  { country: 'US', language: 'en' },
  { country: 'GB', language: 'en' },
  { country: 'EE', language: 'en' },
  { country: 'DE', language: 'en' },
  { country: 'IN', language: 'en' },
  { country: 'CA', language: 'en' },
];
const agents = [
  'Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0',
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Safari/604.1',
];
const referrers = [
  'https://search.example.net/?q=support+chat',
  'https://news.example.org/',
  'https://www.example.com/partners',
];

export interface Visitor {
  name: string;
  email: string;
  /** In a range that nobody has. Two of three customers leave a number. */
  phone: string | undefined;
  site: string;
  country: string;
  language: string;
  userAgent: string;
  referrer: string;
  /** In 203.0.113.0/24, reserved for documentation. */
  ip: string;
}

/** A visitor. `number` is part of the address, so that two people never have the same one. */
export function visitor(random: Random, number: number): Visitor {
  const first = random.pick(firstNames);
  const last = random.pick(lastNames);
  return {
    name: `${first} ${last}`,
    email: `${ascii(first)}.${ascii(last)}.${number}@${random.pick(mailDomains)}`,
    phone: phoneOf(number),
    site: random.pick(sites),
    ...random.pick(places),
    userAgent: random.pick(agents),
    referrer: random.pick(referrers),
    ip: `203.0.113.${random.whole(1, 254)}`,
  };
}

/** Ranges for fiction: 555-01xx in North America, 7946 0xxx in London (Ofcom); as people write them. */
function phoneOf(number: number): string | undefined {
  const random = new Random(`phone:${number}`);
  if (random.chance(1 / 3)) return undefined;
  const two = String(random.whole(0, 99)).padStart(2, '0');
  const three = String(random.whole(0, 999)).padStart(3, '0');
  return random.pick([
    `+1 202-555-01${two}`,
    `(202) 555-01${two}`,
    `+44 20 7946 0${three}`,
    ` +4420${'79460'}${three} `,
  ]);
}

function ascii(name: string): string {
  return name
    .normalize('NFD')
    .replace(/ı/g, 'i')
    .replace(/[^A-Za-z]/g, '')
    .toLowerCase();
}
