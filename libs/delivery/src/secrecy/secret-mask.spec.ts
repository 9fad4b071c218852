import fc from 'fast-check';
import { SecretMask } from './secret-mask.ts';

const SLACK = 'https://hooks.slack.com/services/T0001/B0001/XXXXXXXXXXXXXXXXXXXXXXXX';
const SECRET = 'p/w+1 "é"\\<&>~~~😀';
const base64 = (text: string) => Buffer.from(text).toString('base64');
const everyByte = (text: string) =>
  [...Buffer.from(text)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');

/** How an answer may repeat a text. */
const forms: Record<string, (text: string) => string> = {
  'as it is': (text) => text,
  'escaped for a URL': (text) => encodeURIComponent(text),
  'escaped as a form': (text) => String(new URLSearchParams({ '': text })).slice(1),
  'every byte escaped, in lower case': (text) => everyByte(text),
  'escaped for JSON': (text) => JSON.stringify(text).slice(1, -1),
  'escaped for JSON in ASCII': (text) =>
    text.replace(/[^ -~]|["\\/<>&]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`),
  'escaped for JSON with slashes': (text) => JSON.stringify(text).slice(1, -1).replaceAll('/', '\\/'),
  'JSON in JSON': (text) => JSON.stringify(JSON.stringify(text)).slice(3, -3),
  'JSON in JSON in a URL': (text) =>
    everyByte(JSON.stringify(forms['escaped for JSON in ASCII']?.(text)).slice(1, -1)),
  'escaped for HTML': (text) =>
    text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;'),
  'every character an entity': (text) => [...text].map((one) => `&#${one.codePointAt(0)};`).join(''),
  'in base64': base64,
  'in base64 for URLs': (text) => Buffer.from(text).toString('base64url'),
  'in base64 behind a user': (text) => base64(`u:${text}`),
  'in base64 amid others': (text) => base64(`ab:${text}:cd`),
  'in base64 in a URL': (text) => encodeURIComponent(base64(text)),
};

test.each(Object.entries(forms))('a secret %s is masked, and what is around it stays', (_, form) => {
  for (const [before, after] of [
    ['before ', ' after'],
    ['%c3%a9 &amp; \\" ', ' &#9731; \\u2603'],
    ['', ''],
  ] as const) {
    const masked = new SecretMask([SECRET]).mask(before + form(SECRET) + after);
    expect(masked.slice(0, before.length)).toBe(before);
    expect(masked.slice(masked.length - after.length)).toBe(after);
    // Beside it there may be others in the same base64.
    expect(masked.slice(before.length, masked.length - after.length)).toMatch(/^.{0,5}\*\*\*.{0,5}$/);
  }
});

test.each([
  ['a backslash before JSON', 'n"bc12', '\\n\\"bc12', '\\***'],
  ['the half of an escape before a URL', "1b'c/d", "%41b'c%2Fd", '%4***'],
  ['the half of an escape before a form', '1b c/d', '%41b+c%2Fd', '%4***'],
  ['a form in lower case', 'b c/d', 'b+c%2fd', '***'],
])('a secret is masked in spite of %s', (_, secret, text, expected) => {
  expect(new SecretMask([secret]).mask(text)).toBe(expected);
});

test('in base64, characters that share bits with a secret are masked too', () => {
  const mask = new SecretMask(['s3cret-77']);
  expect([base64('u:s3cret-77'), mask.mask(base64('u:s3cret-77'))]).toEqual(['dTpzM2NyZXQtNzc=', 'dT***=']);
});

/** What an answer is made of: anything, and secrets in some form. */
const answers = fc
  .array(
    fc
      .string({ minLength: 4, maxLength: 40, unit: 'binary' })
      // What the mask itself is written with may be put together anew.
      .filter((text) => text.trim().length >= 4 && !text.includes('*')),
    { minLength: 1, maxLength: 4 },
  )
  .chain((secrets) =>
    fc.record({
      secrets: fc.constant(secrets),
      parts: fc.array(
        fc.oneof(
          fc.string({ maxLength: 10, unit: 'binary' }),
          fc
            .tuple(fc.constantFrom(...secrets), fc.constantFrom(...Object.values(forms)))
            .map(([secret, form]) => form(secret)),
        ),
        { maxLength: 12 },
      ),
    }),
  );

const WHOLE = [
  'as it is',
  'escaped for a URL',
  'escaped as a form',
  'escaped for JSON',
  'in base64',
  'in base64 for URLs',
];

test('a secret is masked in every form, wherever it is', () => {
  fc.assert(
    fc.property(answers, fc.nat({ max: 120 }), ({ secrets, parts }, maxBytes) => {
      const text = parts.join('');
      const mask = new SecretMask(secrets);
      const results = [mask.mask(text), mask.excerpt(text), mask.excerpt(text, maxBytes)];
      const survivors = secrets
        .flatMap((secret) => WHOLE.map((form) => forms[form]?.(secret.trim()) ?? ''))
        .filter((form) => results.some((result) => result.includes(form)));
      expect(survivors).toEqual([]);
    }),
    { numRuns: 500 },
  );
});

test('text without secrets is not changed', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
      expect(new SecretMask([]).mask(text)).toBe(text);
      expect(new SecretMask(['no such text']).mask(text)).toBe(text);
    }),
  );
});

test('the longer of two secrets is masked whole', () => {
  expect(new SecretMask(['token-1', 'token-1-long']).mask('a token-1-long b token-1 c')).toBe(
    'a *** b *** c',
  );
});

test('one to three characters are not masked', () => {
  expect(new SecretMask(['X', '', ' ab\n']).mask('X ab')).toBe('X ab');
});

test('a secret with a pasted line break is masked', () => {
  expect(new SecretMask(['t0ken-1\n']).mask('bad token t0ken-1.')).toBe('bad token ***.');
});

test.each([
  ['the whole of it', `POST ${SLACK}`, 'POST ***'],
  ['its path', 'no route /services/T0001/B0001/XXXXXXXXXXXXXXXXXXXXXXXX', 'no route /***'],
  ['its last part', 'no hook XXXXXXXXXXXXXXXXXXXXXXXX', 'no hook ***'],
  ['a value of its query', 'sig abc-def-1 is wrong', 'sig *** is wrong'],
])('when the secret is a URL, %s is masked', (_, text, expected) => {
  const mask = new SecretMask([SLACK, 'https://example.com/flow?sig=abc%2Ddef-1&v=1']);
  expect(mask.mask(text)).toBe(expected);
});

describe('excerpt', () => {
  const mask = new SecretMask([SECRET]);

  test('is cut after masking, between characters', () => {
    expect(mask.excerpt(`${'é'.repeat(3)}${SECRET}`, 8)).toBe('ééé**');
    expect(mask.excerpt('ééé', 5)).toBe('éé');
    expect(mask.excerpt('a😀b', 4)).toBe('a');
    expect(mask.excerpt('a😀b', 5)).toBe('a😀');
    expect(mask.excerpt('abc', 0)).toBe('');
    expect(mask.excerpt('x'.repeat(5_000))).toHaveLength(2_048);
  });

  test('never ends with the beginning of a secret', () => {
    for (let before = 0; before < 40; before++) {
      const text = `${'x'.repeat(before)}${forms['escaped for JSON in ASCII']?.(SECRET)}`;
      expect(mask.excerpt(text, 30)).toMatch(/^x{0,30}\*{0,3}$/);
    }
  });

  test('not even when only a part of the answer is read', () => {
    const long = 'k'.repeat(1_000);
    const text = `${`${long} `.repeat(65)}${long.slice(0, 500)}`;
    expect(new SecretMask([`${long} `]).excerpt(text, 5_000)).toMatch(/^[* ]+$/);
    expect(new SecretMask(['y'.repeat(20_000)]).excerpt(text)).toBe('');
  });

  test('has no NUL, which Postgres refuses', () => {
    expect(mask.excerpt('a\0b')).toBe('a b');
  });
});

describe('path', () => {
  test.each([
    ['https://api.example.com/a/b?api_key=k1&x=2', '/a/b?api_key=***&x=***'],
    ['https://user:word@example.com:8443/a#part', '/a'],
    ['https://example.com/hook?0123456789', '/hook?***'],
    ['https://example.com', '/'],
    [SLACK, '/***'],
    [`${SLACK}/more`, '/***/more'],
    ['no URL', ''],
  ])('of %s is %s', (url, expected) => {
    expect(new SecretMask([SLACK]).path(url)).toBe(expected);
  });
});
