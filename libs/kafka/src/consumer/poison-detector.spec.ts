// When a record is proven to be at fault: it depends on other records meanwhile.
import { PoisonDetector } from './poison-detector.ts';

const clock = performance.now.bind(performance);
let ahead = 0;
const pass = (seconds: number) => {
  ahead += seconds * 1000;
  performance.now = () => clock() + ahead;
};
afterEach(() => {
  ahead = 0;
  performance.now = clock;
});

test('for a minute after a failure has recovered, no record counts as poison', () => {
  const detector = new PoisonDetector(3);
  const record = { since: performance.now(), failures: 3 };
  pass(5);
  detector.recovered();
  expect(detector.isPoison(record)).toBe(false);
  pass(61);
  expect(detector.isPoison(record)).toBe(true);
});

test('while others fail and recover all the time, a record counts as poison only after ten minutes', () => {
  const detector = new PoisonDetector(3);
  const record = { since: performance.now(), failures: 3 };
  for (let turn = 0; turn < 19; turn += 1) {
    pass(30);
    detector.recovered();
    expect(detector.isPoison(record)).toBe(false);
  }
  pass(31);
  detector.recovered();
  expect(detector.isPoison(record)).toBe(true);
});

test('a record does not count as poison while nothing else is handled', () => {
  const detector = new PoisonDetector(3);
  pass(1);
  const record = { since: performance.now(), failures: 3 };
  pass(3_600);
  expect(detector.isPoison(record)).toBe(false);
});
