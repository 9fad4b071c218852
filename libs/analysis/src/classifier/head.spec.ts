// A head answers from its bytes; bytes of another shape are refused.
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

test('chances are of the bias alone where nothing is known', () => {
  const [first = 0, second = 0] = new Head(stored).chances({ signs: [], grams: [5, 4_000_000_001] });
  expect(second / first).toBeCloseTo(Math.E);
  expect(first + second).toBeCloseTo(1);
});

test('signs and grams that are known count by the root of how many there are', () => {
  const [first = 0, second = 0] = new Head(stored).chances({ signs: [3], grams: [7, 4_000_000_000, 9] });
  expect(Math.log(first / second)).toBeCloseTo((0.5 * (4 + 127 + 127)) / Math.sqrt(3) - 1);
});

test('weights for other signs are refused', () => {
  expect(() => new Head({ ...stored, signs: base64(new Int8Array(2)) })).toThrow('run npm run train');
});

test('the weights that ship are for the signs there are', () => {
  expect(weights.signs.split(',')).toEqual(SIGNS);
});
