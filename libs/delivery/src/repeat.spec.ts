// A loop goes on whatever its turns do, and says when they fail for long.
import { InfrastructureError } from '@switchboard/contracts';
import { eventually } from '@switchboard/testing';
import { repeat } from './repeat.ts';

const away = () => new InfrastructureError('POSTGRES_UNAVAILABLE', 'querying Postgres: gone');

/** A loop whose turns fail with what `failure` returns, and succeed while it returns nothing. */
function failing(failure: () => Error | undefined, troubleMs: number) {
  const logs: [string, object][] = [];
  const write = (fields: object, sentence: string) => void logs.push([sentence, fields]);
  const logger = { debug: write, info: write, warn: write, error: write };
  let turns = 0;
  const turn = async () => {
    turns += 1;
    const error = failure();
    if (error !== undefined) throw error;
    return undefined;
  };
  const loop = repeat('due', 5, turn, { logger, troubleMs });
  const written = (sentence: string) => logs.filter(([text]) => text === sentence);
  return {
    loop,
    turns: () => turns,
    failed: () => written('A turn of a loop failed and is repeated.'),
    works: () => written('A loop works again.'),
  };
}

test('a loop that always fails is in trouble, is logged again at intervals, and is well after one success', async () => {
  let error: Error | undefined = away();
  const { loop, failed, works, turns } = failing(() => error, 300);
  expect(loop.trouble()).toBeUndefined();
  await eventually(() =>
    expect(loop.trouble()).toBe('the loop "due" has failed for 0 s: POSTGRES_UNAVAILABLE'),
  );
  await eventually(() => expect(failed().length).toBeGreaterThan(2));
  expect(turns()).toBeGreaterThan(2 * failed().length);
  expect(failed()[0]?.[1]).toMatchObject({ loop: 'due', error_code: 'POSTGRES_UNAVAILABLE' });
  error = undefined;
  await eventually(() => expect(works()).toHaveLength(1));
  expect(loop.trouble()).toBeUndefined();
  await loop.stop();
});

test('short failures are no trouble, however many there are', async () => {
  let nth = 0;
  const { loop, failed, works } = failing(() => ((nth += 1) % 2 === 1 ? away() : undefined), 1);
  await eventually(() => expect(works().length).toBeGreaterThan(5));
  expect(loop.trouble()).toBeUndefined();
  expect(failed().length).toBeGreaterThan(5);
  await loop.stop();
});

test('an error that is no infrastructure failure is logged each time', async () => {
  const { loop, failed, turns } = failing(() => new TypeError('a bug'), 100);
  await eventually(() => expect(loop.trouble()).toContain('UNEXPECTED'));
  await loop.stop();
  expect(failed()).toHaveLength(turns());
});
