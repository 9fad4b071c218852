import { featuresOf, Head } from '../src/training.ts';
import { teach } from './teach.ts';

const TEXTS: ReadonlyArray<readonly [number, string]> = [
  [0, 'the kettle is broken'],
  [0, 'my kettle leaks water'],
  [0, 'a kettle without a lid'],
  [1, 'the lamp is broken'],
  [1, 'my lamp flickers at night'],
  [1, 'a lamp without a bulb'],
  [2, 'the door is broken'],
  [2, 'my door squeaks at night'],
  [2, 'a door without a handle'],
];
const examples = TEXTS.map(([label, text]) => ({ label, features: featuresOf(text), weight: 1 }));
const how = { epochs: 30, rate: 0.1, decay: 1e-4, seed: 1, keep: 1_000 };

const told = (head: Head, text: string) => {
  const chances = head.chances(featuresOf(text));
  return chances.indexOf(Math.max(...chances));
};

test('what was stored tells what was learned, also of texts that are new', () => {
  const head = new Head(teach(examples, 3, how));
  expect(TEXTS.map(([, text]) => told(head, text))).toEqual(TEXTS.map(([label]) => label));
  expect(['kettle please', 'lamp please', 'door please'].map((text) => told(head, text))).toEqual([0, 1, 2]);
});

test('the same examples give the same bytes, another seed others', () => {
  expect(teach(examples, 3, how)).toEqual(teach(examples, 3, how));
  expect(teach(examples, 3, { ...how, seed: 2 })).not.toEqual(teach(examples, 3, how));
});

test('only as many grams are kept as was said, those that tell most', () => {
  const stored = teach(examples, 3, { ...how, keep: 6 });
  expect(Buffer.from(stored.grams, 'base64')).toHaveLength(6 * 4);
  expect(told(new Head(stored), 'kettle')).toBe(0);
});
