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
