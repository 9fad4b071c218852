// No text makes the mask slow: time is by length.
import { maskPersonalData } from '../mask.ts';

/** What begins like something and never ends so. */
const HOSTILE = {
  letters: 'a',
  digits: '1',
  'digits apart': '1 ',
  'digits in fours': '1234 ',
  dots: '1.',
  'at signs': '@',
  'names without a host': 'a@',
  'escaped at signs': 'a%40',
  'joined ats': 'a-at-',
  'spelled ats': 'a at b dot ',
  'hosts without an end': 'a.a-',
  colons: ':',
  hex: 'ab:',
  plus: '+1 ',
  'phone numbers': '+1 212 555 0123 ',
  'almost phone numbers': '+12 345 67 89 01 ',
  accounts: 'DE12 ',
  'web tokens': 'eyJ-',
  keys: 'sk-',
  'private keys': '-----BEGIN PRIVATE KEY-----',
  passwords: 'password ',
  quotes: '"',
  blanks: ' ',
  'unseen characters': '1\u200b',
  'wide digits': '１',
  'digits of mathematics': '𝟐',
  slashes: 'aA1/',
};

test.each(Object.entries(HOSTILE))('time grows with the length of %s, not with its square', (_, piece) => {
  const WHOLE = 262_144;
  const PARTS = 8;
  const NOISE_US = 20_000;
  const cost = (length: number) => {
    const text = piece.repeat(Math.ceil(length / piece.length)).slice(0, length);
    const before = process.cpuUsage();
    maskPersonalData(text, 'US');
    const { user } = process.cpuUsage(before);
    return user;
  };
  const least = (length: number) => Math.min(cost(length), cost(length));
  const part = least(WHOLE / PARTS);
  const whole = least(WHOLE);
  // Eight times the text: eight times the time when it is linear, 64 times when it is not. What is below is noise.
  expect(whole).toBeLessThan(Math.max(part, NOISE_US) * PARTS * 4);
});
