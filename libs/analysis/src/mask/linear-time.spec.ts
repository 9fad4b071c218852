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

const WHOLE = 262_144;
const PARTS = 8;
/** What is below is noise. */
const NOISE_US = 20_000;
/** A busy machine adds to a measurement and never takes away: the least of many is the text's own. */
const ROUNDS = 20;

test.each(Object.entries(HOSTILE))('time grows with the length of %s, not with its square', (_, piece) => {
  const cost = (length: number) => {
    const text = piece.repeat(Math.ceil(length / piece.length)).slice(0, length);
    const before = process.cpuUsage();
    maskPersonalData(text, 'US');
    return process.cpuUsage(before).user;
  };
  let part = Number.POSITIVE_INFINITY;
  let whole = Number.POSITIVE_INFINITY;
  // Eight times the text: eight times the time when it is linear, 64 times when it is not.
  const isLinear = () => whole < Math.max(part, NOISE_US) * PARTS * 4;
  for (let round = 0; round < ROUNDS && !isLinear(); round += 1) {
    part = Math.min(part, cost(WHOLE / PARTS));
    whole = Math.min(whole, cost(WHOLE));
  }
  expect({ part, whole, isLinear: isLinear() }).toMatchObject({ isLinear: true });
});
