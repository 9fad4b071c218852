import { BatchWriter } from './batch-writer.ts';

function heldWriter(maxItems: number, { lingerMs = 0, inOrder = false } = {}) {
  const batches: number[][] = [];
  const ends: ((error?: Error) => void)[] = [];
  const writer = new BatchWriter<number>(
    (items) => {
      batches.push(items);
      return new Promise((resolve, reject) => {
        ends.push((error) => (error ? reject(error) : resolve()));
      });
    },
    { maxItems, lingerMs, inOrder },
  );
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  return { writer, batches, end: async (error?: Error) => (ends.shift()?.(error), turn()), turn };
}

test('writes items of one turn together, and items that arrive during a write next', async () => {
  const { writer, batches, end, turn } = heldWriter(3);
  const written: number[] = [];
  const add = (n: number) => writer.add(n).then(() => written.push(n));
  const all = [add(1), add(2)];
  await turn();
  all.push(...[3, 4, 5, 6].map(add));
  await turn();
  expect(batches).toEqual([[1, 2]]);
  await end();
  expect(written).toEqual([1, 2]);
  expect(batches).toEqual([
    [1, 2],
    [3, 4, 5],
  ]);
  await end();
  await end();
  await Promise.all(all);
  expect(batches[2]).toEqual([6]);
  await writer.idle();
});

test('in order: a failed write fails everything queued after it, and later items are written', async () => {
  const { writer, batches, end, turn } = heldWriter(2, { inOrder: true });
  const ends = [1, 2, 3, 4, 5].map((n) => writer.add(n).catch((error: Error) => `${n}: ${error.message}`));
  await turn();
  await end(new Error('no'));
  // These would end further writes.
  await end();
  await end();
  expect(await Promise.all(ends)).toEqual([1, 2, 3, 4, 5].map((n) => `${n}: no`));
  const again = [1, 2, 3].map((n) => writer.add(n));
  await turn();
  await end();
  await end();
  await Promise.all(again);
  expect(batches).toEqual([[1, 2], [1, 2], [3]]);
  await writer.idle();
});

test('without order: a failed write fails only its own batch', async () => {
  const { writer, batches, end, turn } = heldWriter(10);
  const first = writer.add(1).catch((error: Error) => error.message);
  await turn();
  const second = writer.add(2);
  await end(new Error('no'));
  await end();
  expect(await first).toBe('no');
  await expect(second).resolves.toBeUndefined();
  expect(batches).toEqual([[1], [2]]);
});

test('idle() waits for all writes', async () => {
  const { writer, end, turn } = heldWriter(1);
  let idle = false;
  const added = [writer.add(1), writer.add(2)];
  const waiting = writer.idle().then(() => {
    idle = true;
  });
  await turn();
  await end();
  expect(idle).toBe(false);
  await end();
  await waiting;
  await Promise.all(added);
});

test('with lingering, items of different turns are written together', async () => {
  const { writer, batches, end, turn } = heldWriter(2, { lingerMs: 1_000 });
  const begun = performance.now();
  const first = writer.add(1);
  await turn();
  expect(batches).toEqual([]);
  const second = writer.add(2);
  while (batches.length === 0) await turn();
  expect(batches).toEqual([[1, 2]]);
  expect(performance.now() - begun).toBeGreaterThan(900);
  await end();
  await Promise.all([first, second]);
});

test('a full batch does not linger', async () => {
  const { writer, batches, end, turn } = heldWriter(2, { lingerMs: 60_000 });
  const added = [writer.add(1), writer.add(2)];
  await turn();
  expect(batches).toEqual([[1, 2]]);
  added.push(writer.add(3), writer.add(4));
  await end();
  expect(batches).toEqual([
    [1, 2],
    [3, 4],
  ]);
  await end();
  await Promise.all(added);
});
