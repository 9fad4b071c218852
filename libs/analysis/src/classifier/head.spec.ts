// A head calculates with its stored bytes, and refuses a wrong number of them.
import { Head, type StoredHead } from './head.ts';
import { SIGNS } from './signs.ts';
import { weights } from './weights.ts';

const base64 = (bytes: Int8Array | Uint32Array | Float32Array) =>
  Buffer.from(bytes.buffer).toString('base64');

const stored: StoredHead = {
  scale: 0.5,
  bias: base64(Float32Array.from([0, 1])),
  signs: base64(Int8Array.from(SIGNS.flatMap((_, sign) => (sign === 3 ? [4, 0] : [0, 0])))),
  grams: base64(Uint32Array.from([7, 4_000_000_000])),
  weights: base64(Int8Array.from([0, 0, 127, -127])),
};

test('without known features the probabilities come from the bias alone', () => {
  const [first = 0, second = 0] = new Head(stored).probabilities({ signs: [], grams: [5, 4_000_000_001] });
  expect(second / first).toBeCloseTo(Math.E);
  expect(first + second).toBeCloseTo(1);
});

test('the weights of known features are divided by the root of their number', () => {
  const [first = 0, second = 0] = new Head(stored).probabilities({
    signs: [3],
    grams: [7, 4_000_000_000, 9],
  });
  expect(Math.log(first / second)).toBeCloseTo((0.5 * (4 + 127 + 127)) / Math.sqrt(3) - 1);
});

test('weights for other signs are refused', () => {
  expect(() => new Head({ ...stored, signs: base64(new Int8Array(2)) })).toThrow('run npm run train');
});

test('the stored weights are for the present signs', () => {
  expect(weights.signs.split(',')).toEqual(SIGNS);
});
