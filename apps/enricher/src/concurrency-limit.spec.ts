import { ConcurrencyLimit } from './concurrency-limit.ts';

const never = new AbortController().signal;

test('runs up to the limit; the others wait, and each release starts the one that has waited longest', async () => {
  const limit = new ConcurrencyLimit(2, 9);
  const order: string[] = [];
  const acquire = (name: string) =>
    limit.acquire(never).then((acquired) => order.push(`${name} ${acquired}`));
  await Promise.all([acquire('a'), acquire('b')]);
  const waiting = [acquire('c'), acquire('d')];
  limit.release();
  await waiting[0];
  expect(order).toEqual(['a true', 'b true', 'c true']);
  limit.release();
  await waiting[1];
  expect(order.at(-1)).toBe('d true');
});

test('a caller whose signal is aborted stops waiting and takes no place', async () => {
  const limit = new ConcurrencyLimit(1, 9);
  expect(await limit.acquire(never)).toBe(true);
  const impatient = new AbortController();
  const left = limit.acquire(impatient.signal);
  const next = limit.acquire(never);
  impatient.abort();
  expect(await left).toBe(false);
  limit.release();
  expect(await next).toBe(true);
  limit.release();
  expect(await limit.acquire(never)).toBe(true);
});

test('an aborted signal never acquires', async () => {
  const aborted = AbortSignal.abort();
  expect(await new ConcurrencyLimit(1, 9).acquire(aborted)).toBe(false);
});

test('the number of waiting callers is limited', async () => {
  const limit = new ConcurrencyLimit(1, 1);
  await limit.acquire(never);
  const next = limit.acquire(never);
  expect(await limit.acquire(never)).toBe(false);
  limit.release();
  expect(await next).toBe(true);
});
