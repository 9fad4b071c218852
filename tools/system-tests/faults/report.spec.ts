import { noticed, type Result } from './report.ts';

const result = {
  scenario: 'broker-kill',
  violations: [],
  passed: true,
} as unknown as Result;

test('a scenario whose trouble was left out fails when it saw nothing', () => {
  const { passed, violations } = noticed(result);
  expect(passed).toBe(false);
  expect(violations).toMatchObject([
    { kind: 'scenario', examples: [expect.stringContaining('did not notice')] },
  ]);
});

test.each(['scenario', 'idle', 'dead-letter'] as const)('and passes when it saw "%s"', (kind) => {
  const violations = [{ kind, count: 1, examples: ['it runs on'] }];
  expect(noticed({ ...result, passed: false, violations }).passed).toBe(true);
});

test('another violation is no notice', () => {
  const violations = [{ kind: 'slow' as const, count: 1, examples: ['late'] }];
  expect(noticed({ ...result, passed: false, violations }).passed).toBe(false);
});
