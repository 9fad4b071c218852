// Card numbers, and numbers that only look like one: wrong issuers and lengths, identifiers, order numbers.
import fc from 'fast-check';
import { maskPersonalData } from '../mask.ts';

const masked = (text: string) => maskPersonalData(text, 'US');
const SEEDED = { seed: 20_261_130, numRuns: 2_000 };

/** The digits followed by their check digit (ISO/IEC 7812-1). */
function withCheckDigit(digits: string): string {
  for (let check = 0; check < 10; check += 1) {
    const all = [...`${digits}${check}`].reverse().map(Number);
    const sum = all.reduce(
      (total, digit, at) => total + (at % 2 === 0 ? digit : digit > 4 ? digit * 2 - 9 : digit * 2),
      0,
    );
    if (sum % 10 === 0) return `${digits}${check}`;
  }
  throw new Error('there is always one');
}

const digitsOf = (length: number) =>
  fc
    .array(fc.integer({ min: 0, max: 9 }), { minLength: length, maxLength: length })
    .map((all) => all.join(''));

/** A prefix and the lengths of its card numbers. */
const ISSUERS: readonly (readonly [string, readonly number[]])[] = [
  ['4', [13, 16, 19]],
  ['51', [16]],
  ['55', [16]],
  ['2221', [16]],
  ['2720', [16]],
  ['34', [15]],
  ['37', [15]],
  ['305', [14, 16]],
  ['36', [14]],
  ['38', [14]],
  ['3528', [16]],
  ['3589', [16]],
  ['6011', [16, 19]],
  ['644', [16]],
  ['65', [16]],
  ['62', [16, 19]],
  ['2200', [16]],
  ['5018', [13, 16, 19]],
  ['6759', [16]],
  ['6304', [16]],
  ['606282', [16]],
];
const card = fc
  .constantFrom(...ISSUERS)
  .chain(([prefix, lengths]) =>
    fc
      .constantFrom(...lengths)
      .chain((length) => digitsOf(length - 1 - prefix.length).map((rest) => withCheckDigit(prefix + rest))),
  );

test('every card number of an issuer is masked, in one piece or in groups', () => {
  const separator = fc.constantFrom('', ' ', '-');
  fc.assert(
    fc.property(card, separator, (number, between) => {
      const grouped = number.match(/.{1,4}/g)?.join(between);
      expect(masked(`my card ${grouped} please`)).toBe('my card [CREDIT_CARD] please');
    }),
    SEEDED,
  );
});

test('a number with a valid check digit and an unused prefix is not masked', () => {
  // Prefixes that ISO/IEC 7812 ascharacters to other industries, and prefixes between those of the issuers.
  const prefix = fc.constantFrom(
    '0',
    '1',
    '7',
    '9',
    '2100',
    '2219',
    '2721',
    '31',
    '3200',
    '3527',
    '3590',
    '640',
    '66',
    '68',
    '83',
    '88',
  );
  fc.assert(
    fc.property(
      prefix.chain((one) => digitsOf(15 - one.length).map((rest) => withCheckDigit(one + rest))),
      (number) => {
        expect(masked(`please look at ${number} again`)).not.toContain('[CREDIT_CARD]');
      },
    ),
    SEEDED,
  );
});

test('an identifier is not a card number, with any digits', () => {
  const hex = (length: number, characters = '0123456789abcdef') =>
    fc
      .array(fc.constantFrom(...characters), { minLength: length, maxLength: length })
      .map((all) => all.join(''));
  const uuid = fc
    .constantFrom('0123456789abcdef', '0123456789', '0123456789ABCDEF')
    .chain((characters) =>
      fc.tuple(
        hex(8, characters),
        hex(4, characters),
        hex(4, characters),
        hex(4, characters),
        hex(12, characters),
      ),
    )
    .map((parts) => parts.join('-'));
  fc.assert(
    fc.property(uuid, (id) => {
      expect(masked(`conversation ${id} is open`)).toBe(`conversation ${id} is open`);
    }),
    SEEDED,
  );
});

test.each([
  // Without the dashes their digits contain numbers with a valid check digit.
  'conversation 41111111-1111-1111-9111-111111111111',
  'a2234567-4111-1111-8111-1111abcdef01',
  'id: {f0000000-4242-4242-8242-4242aaaaaaaa}',
  'https://shop.example.com/o/00000000-5555-4555-8555-4444abcd0000?x=1',
  // Hashes, document ids, trace ids.
  'document 4111111111111111abcdefab',
  'commit deadbeef4111111111111111cafe4242',
  '507f1f77bcf86cd799439011',
  // More digits than any card number.
  'parcel 94001111111111111111',
  'message 41111111111111111111111111',
])('identifiers: %j does not change', (text) => {
  expect(masked(text)).not.toContain('[CREDIT_CARD]');
});

test.each([
  'Order 4111111111111111 has not come.',
  'order number 6240008631401148 is late',
  'order no. 5105105105105100',
  'My order id is 4012888888881881',
  'order #4222222222222220',
  'tracking number 4929123123123123',
  'invoice 5500005555555559',
  'reference: 6011111111111117',
])('order numbers: %j does not change', (text) => {
  expect(masked(text)).toBe(text);
});

test.each<[string, string]>([
  ['for order 12 use card 4111111111111111', 'for order 12 use card [CREDIT_CARD]'],
  ['order 4111 1111 1111 1111', 'order [CREDIT_CARD]'],
  ['my order, paid with 4111111111111111', 'my order, paid with [CREDIT_CARD]'],
  ['card number 4111111111111111', 'card number [CREDIT_CARD]'],
  ['kaart4111111111111111', 'kaart[CREDIT_CARD]'],
  ['cc:4111111111111111;', 'cc:[CREDIT_CARD];'],
  ['4111111111111111a', '[CREDIT_CARD]a'],
])('card numbers beside order numbers are masked: %j', (text, expected) => {
  expect(masked(text)).toBe(expected);
});
