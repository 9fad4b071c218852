import { ByteBudget } from './byte-budget.ts';
import { FailureLimiter } from './failure-limiter.ts';

describe('failed signatures per source', () => {
  test('over the limit a source gets a time to wait, others do not', () => {
    const limiter = new FailureLimiter(2);
    expect(limiter.fail('a', 0)).toBe(0);
    expect(limiter.fail('a', 1_000)).toBe(0);
    expect(limiter.fail('a', 2_000)).toBe(58);
    expect(limiter.fail('b', 2_000)).toBe(0);
    expect(limiter.fail('a', 60_000)).toBe(0);
  });

  test('keeps a bounded number of sources', () => {
    const limiter = new FailureLimiter(1);
    limiter.fail('first', 0);
    for (let i = 0; i < 10_000; i += 1) limiter.fail(`s${i}`, 0);
    expect(limiter.fail('first', 0)).toBe(0);
    expect(limiter.fail('s9999', 0)).toBe(60);
  });
});

test('the bytes in memory never exceed the budget', () => {
  const budget = new ByteBudget(100);
  expect(budget.take(60)).toBe(true);
  expect(budget.take(41)).toBe(false);
  expect(budget.take(40)).toBe(true);
  budget.give(60);
  expect(budget.take(60)).toBe(true);
  expect(budget.take(1)).toBe(false);
});
