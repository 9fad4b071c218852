import { normalEmail, normalPhone } from './contact-texts.ts';

test.each([
  [' Ada@Example.com ', 'Ada@Example.com'],
  ['Ada <ada@example.com>', 'ada@example.com'],
  ['"Lovelace, Ada" <ada@example.com>', 'ada@example.com'],
  ['< ada@example.com >', 'ada@example.com'],
  ['mailto:ada@example.com', 'ada@example.com'],
  ['\u200bada@example.com\ufeff', 'ada@example.com'],
  ['\u00a0ada@example.com\n', 'ada@example.com'],
  ['ada@bücher.example', 'ada@xn--bcher-kva.example'],
  ['Ada <ada@Пример.рф>', 'ada@xn--e1afmkfd.xn--p1ai'],
  // A text that is not an email stays as it is.
  ['', ''],
  ['n/a', 'n/a'],
  ['ada@bücher.example/path', 'ada@bücher.example/path'],
  ['ada@bücher.example:25', 'ada@bücher.example:25'],
  ['a@example.com <b@example.com> <c@example.com>', 'a@example.com <b@example.com> <c@example.com>'],
])('the email %j becomes %j', (text, normal) => {
  expect(normalEmail(text)).toBe(normal);
  expect(normalEmail(normal)).toBe(normal);
});

test.each([
  [' +372 555 1234 ', '+372 555 1234'],
  ['tel:+3725551234', '+3725551234'],
  ['\u200b+372555', '+372555'],
  ['', ''],
])('the phone number %j becomes %j', (text, normal) => {
  expect(normalPhone(text)).toBe(normal);
});
