// Every job ends, whatever its sink does: its time runs out, or its process ends.
import { readJob } from '@switchboard/ledger';
import { TENANT } from '@switchboard/ledger/spec-kit';
import { freshLedger } from '../spec-kit.ts';
import { jobsOn, never } from './test-jobs.ts';

const ledger = freshLedger('one');
const { startJobs, ask, stateOf, resultOf } = jobsOn(ledger);

test('a job that does not end is aborted, and its result says so', async () => {
  let aborted = false;
  const jobs = startJobs((_job, signal) => {
    signal.addEventListener('abort', () => (aborted = true));
    return never();
  }, 100);
  const id = await ask();
  await jobs.turn();
  expect(await resultOf(id)).toEqual({
    error: { code: 'TOO_LATE', message: 'running a job: it was not done within 0.1 s' },
  });
  expect(aborted).toBe(true);
  await jobs.stop();
});

test('a process that stops ends its jobs at once', async () => {
  const jobs = startJobs(never);
  const id = await ask();
  await jobs.turn();
  await jobs.stop();
  expect(await resultOf(id)).toMatchObject({ error: { code: 'STOPPED' } });
  const late = await ask();
  await jobs.turn();
  expect(await stateOf(late)).toBe('waiting');
});

test('a job that is claimed while the process stops is aborted too, before the turn ends', async () => {
  const jobs = startJobs(never);
  const id = await ask();
  const turn = jobs.turn();
  await jobs.stop();
  await turn;
  expect(await readJob(ledger.db, TENANT, id)).toMatchObject({
    state: 'done',
    result: { error: { code: 'STOPPED' } },
  });
});

test('nothing is left running for a finished job', async () => {
  const signals: AbortSignal[] = [];
  const jobs = startJobs((_job, signal) => {
    signals.push(signal);
    return signals.length === 1 ? Promise.resolve({ unsupported: true }) : never();
  }, 100);
  const [first, second] = [await ask(), await ask()];
  await jobs.turn();
  expect(await resultOf(first)).toEqual({ unsupported: true });
  expect(await resultOf(second)).toMatchObject({ error: { code: 'TOO_LATE' } });
  await jobs.stop();
  expect(signals.map(({ aborted }) => aborted)).toEqual([false, true]);
});
