import { escapeMarkup } from './markup.ts';

test.each([
  ['plain', 10, 'plain'],
  ['a & b < c > d', 99, 'a &amp; b &lt; c &gt; d'],
  ['&amp;', 99, '&amp;amp;'],
  ['abcdef', 6, 'abcdef'],
  ['abcdefg', 6, 'abcde…'],
  // Never inside an entity: of "&amp;" there is room for all or for nothing.
  ['abcd&', 8, 'abcd…'],
  ['abcd&', 9, 'abcd&amp;'],
  ['ab&cdef', 8, 'ab&amp;…'],
  ['ab&cdef', 7, 'ab…'],
  // Nor inside a surrogate pair.
  ['ab😀cd', 4, 'ab…'],
  ['ab😀cde', 5, 'ab😀…'],
])('%p within %i is %p', (text, maxLength, expected) => {
  expect(escapeMarkup(text, maxLength)).toBe(expected);
});

test('an escaped ampersand is never cut inside its entity', () => {
  expect(escapeMarkup('&'.repeat(100), 52)).toBe(`${'&amp;'.repeat(10)}…`);
});
