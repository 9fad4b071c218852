import { PhraseBook } from './phrases.ts';
import { tokenise } from './tokens.ts';

function found(phrases: string, text: string): string[] {
  const book = new PhraseBook<string>();
  book.add(phrases, 'hit');
  const tokens = tokenise(text);
  const hits: string[] = [];
  book.scan(tokens, (_, start, end) => hits.push(tokens.words.slice(start, end).join(' ')));
  return hits;
}

test.each([
  ['charge~ .. twice', 'You charged me and my wife twice', ['charged me and my wife twice']],
  ['charge~ .. twice', 'charged a b c d e twice', []],
  ['charge~ .. twice', 'It was charged. Not twice', []],
  ['charge~ .. twice', 'charging $49.99 twice', ['charging 49 99 twice']],
  [
    'carry~|stop~',
    'carries carried carrying stopped stopping stops',
    ['carries', 'carried', 'carrying', 'stopped', 'stopping', 'stops'],
  ],
  ['dont|cant log|sign in', "I can’t sign in, don't log in", ['cant sign in', 'dont log in']],
  ['# seats, one seat', 'for 25 seats or one seat', ['25 seats', 'one seat']],
  ['order', 'reorder the order', ['order']],
  ['a, a b, a b c', 'a b c', ['a', 'a b', 'a b c']],
  ['constructor', '__proto__ toString', []],
])('%s in %j', (phrases, text, expected) => {
  expect(found(phrases, text)).toEqual(expected);
});

test('a phrase may have several effects', () => {
  const book = new PhraseBook<string>();
  book.add('refund', 'billing');
  book.add('refund, money back', 'wish');
  const effects: string[] = [];
  book.scan(tokenise('refund'), (those) => effects.push(...those));
  expect(effects).toEqual(['billing', 'wish']);
});
