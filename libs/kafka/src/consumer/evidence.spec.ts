// When a record is proven to be at fault, by what became of others meanwhile.
import { Evidence } from './evidence.ts';

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

test('a failure that healed speaks for a record for a minute', () => {
  const evidence = new Evidence(3);
  const suspect = { since: performance.now(), failures: 3 };
  pass(5);
  evidence.healed();
  expect(evidence.isAgainst(suspect)).toBe(false);
  pass(61);
  expect(evidence.isAgainst(suspect)).toBe(true);
});

test('others that fail and heal all the time speak for it for ten minutes', () => {
  const evidence = new Evidence(3);
  const suspect = { since: performance.now(), failures: 3 };
  for (let turn = 0; turn < 19; turn += 1) {
    pass(30);
    evidence.healed();
    expect(evidence.isAgainst(suspect)).toBe(false);
  }
  pass(31);
  evidence.healed();
  expect(evidence.isAgainst(suspect)).toBe(true);
});

test('nothing is against it while nothing else is handled', () => {
  const evidence = new Evidence(3);
  pass(1);
  const suspect = { since: performance.now(), failures: 3 };
  pass(3_600);
  expect(evidence.isAgainst(suspect)).toBe(false);
});
