// The mask takes linear time for every text.
import { maskPersonalData } from '../mask.ts';

/** Pieces that look like the beginning of personal data, by name. */
const HOSTILE = {
  letters: 'a',
  digits: '1',
  'single digits': '1 ',
  'digits in fours': '1234 ',
  dots: '1.',
  'at signs': '@',
  'names without a host': 'a@',
  'escaped at signs': 'a%40',
  'at signs with dashes': 'a-at-',
  'at signs in words': 'a at b dot ',
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
  'invisible characters': '1\u200b',
  'wide digits': '１',
  'mathematical digits': '𝟐',
  slashes: 'aA1/',
};

const WHOLE = 262_144;
const PARTS = 8;
/** Shorter times are noise. */
const NOISE_US = 20_000;
/** Other programs only make a measurement longer, so the shortest of several rounds is the best one. */
const ROUNDS = 20;

test.each(Object.entries(HOSTILE))('the time is linear in the length of %s', (_, piece) => {
  const cost = (length: number) => {
    const text = piece.repeat(Math.ceil(length / piece.length)).slice(0, length);
    const before = process.cpuUsage();
    maskPersonalData(text, 'US');
    return process.cpuUsage(before).user;
  };
  let part = Number.POSITIVE_INFINITY;
  let whole = Number.POSITIVE_INFINITY;
  // Eight times the text takes eight times as long if the time is linear, and 64 times if it is quadratic.
  const isLinear = () => whole < Math.max(part, NOISE_US) * PARTS * 4;
  for (let round = 0; round < ROUNDS && !isLinear(); round += 1) {
    part = Math.min(part, cost(WHOLE / PARTS));
    whole = Math.min(whole, cost(WHOLE));
  }
  expect({ part, whole, isLinear: isLinear() }).toMatchObject({ isLinear: true });
});
