// Training of one head with a few short texts.
import { featuresOf, Head } from '../src/training.ts';
import { trainHead } from './train-head.ts';

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

const predict = (head: Head, text: string) => {
  const probabilities = head.probabilities(featuresOf(text));
  return probabilities.indexOf(Math.max(...probabilities));
};

test('a stored head classifies its training texts and new texts', () => {
  const head = new Head(trainHead(examples, 3, how));
  expect(TEXTS.map(([, text]) => predict(head, text))).toEqual(TEXTS.map(([label]) => label));
  expect(['kettle please', 'lamp please', 'door please'].map((text) => predict(head, text))).toEqual([
    0, 1, 2,
  ]);
});

test('the same examples give the same bytes, and another seed gives others', () => {
  expect(trainHead(examples, 3, how)).toEqual(trainHead(examples, 3, how));
  expect(trainHead(examples, 3, { ...how, seed: 2 })).not.toEqual(trainHead(examples, 3, how));
});

test('only the given number of grams is kept, those with the largest weights', () => {
  const stored = trainHead(examples, 3, { ...how, keep: 6 });
  expect(Buffer.from(stored.grams, 'base64')).toHaveLength(6 * 4);
  expect(predict(new Head(stored), 'kettle')).toBe(0);
});
