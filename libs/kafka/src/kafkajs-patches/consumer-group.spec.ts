import './install.ts';
import Runner from 'kafkajs/src/consumer/runner.js';

test('a commit is one request: repeated after a rejoin it would belong to another generation', async () => {
  let commits = 0;
  const consumerGroup = {
    async commitOffsets() {
      commits += 1;
      throw new Error('the connection is gone');
    },
  };
  const retrier = (attempt: () => Promise<void>): Promise<void> => attempt().catch(attempt);
  const runner = Object.assign(Object.create(Runner.prototype) as Runner, {
    running: true,
    consumerGroup,
    retrier,
    logger: { debug: () => undefined },
  });
  await expect(runner.commitOffsets({ topics: [] })).rejects.toThrow('the connection is gone');
  expect(commits).toBe(1);
  runner.running = false;
  await runner.commitOffsets({ topics: [] });
  expect(commits).toBe(1);
});
