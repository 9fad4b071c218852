import { getEventListeners } from 'node:events';
import { callSignal } from './call-signal.ts';

test('is aborted by its deadline', async () => {
  const call = callSignal(1);
  await new Promise((resolve) => call.signal.addEventListener('abort', resolve));
  expect(call.signal.reason).toMatchObject({ name: 'TimeoutError' });
  call.end();
});

test('is aborted with the signal of the caller, also one that is aborted already', () => {
  const outer = new AbortController();
  const call = callSignal(60_000, outer.signal);
  expect(call.signal.aborted).toBe(false);
  outer.abort('why');
  expect(call.signal.reason).toBe('why');
  call.end();
  const late = callSignal(60_000, outer.signal);
  expect(late.signal.reason).toBe('why');
  late.end();
});

test('leaves nothing at the signal of the caller', () => {
  const outer = new AbortController();
  const calls = Array.from({ length: 100 }, () => callSignal(60_000, outer.signal));
  expect(getEventListeners(outer.signal, 'abort')).toHaveLength(100);
  for (const call of calls) call.end();
  expect(getEventListeners(outer.signal, 'abort')).toHaveLength(0);
});

test('work settles as it does, and no later than the call ends', async () => {
  const outer = new AbortController();
  const call = callSignal(60_000, outer.signal);
  expect(await call.within(Promise.resolve(1))).toBe(1);
  await expect(call.within(Promise.reject(new RangeError('work')))).rejects.toThrow('work');
  const endless = call.within(new Promise(() => undefined));
  outer.abort('why');
  await expect(endless).rejects.toBe('why');
  await expect(call.within(new Promise(() => undefined))).rejects.toBe('why');
  call.end();
});
