// A row goes back to wait while events are taken in. Other keys are not held up, and later rows of its key stay behind it,
// in whatever order the statements and their answers come.
import { intakeSql, record, recordAndReleaseSql, releaseSql, rows } from '@switchboard/ledger/spec-kit';
import type { Database } from '@switchboard/postgres';
import { broken, delivered, retry } from '@switchboard/sink';
import { eventually } from '@switchboard/testing';
import { freshLedger, sinkThat } from '../spec-kit.ts';

const ledger = freshLedger('one');
const { startOn, untilClaiming, allDelivered } = ledger;

interface Held {
  /** Resolves when a statement is held. */
  readonly held: Promise<void>;
  release(): void;
}

/** A database that delays one statement with a given text, before it is sent or after it was answered. */
function holding(db: Database) {
  const holds: { sql: string; where: 'before' | 'after'; arrive: () => void; gone: Promise<void> }[] = [];
  const pass = async (text: string, where: 'before' | 'after') => {
    const index = holds.findIndex((hold) => hold.sql === text && hold.where === where);
    const [hold] = index < 0 ? [] : holds.splice(index, 1);
    hold?.arrive();
    await hold?.gone;
  };
  const query: Database['query'] = async (text, params, options) => {
    await pass(text, 'before');
    const answer = await db.query(text, params, options);
    await pass(text, 'after');
    return answer as never;
  };
  const hold = (where: 'before' | 'after', sql: string): Held => {
    let arrive = (): void => undefined;
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      arrive = resolve;
    });
    const gone = new Promise<void>((resolve) => {
      release = resolve;
    });
    holds.push({ sql, where, arrive, gone });
    ledger.endLater(async () => release());
    return { held, release: () => release() };
  };
  return { db: { ...db, query }, hold };
}

/** A sink that records its calls. Its first call for `r` waits for `sendBack` and fails. */
function sendingBack(how: 'retry' | 'broken' = 'retry') {
  const calls: string[] = [];
  let answer = (): void => undefined;
  const sentBackNow = new Promise<void>((resolve) => {
    answer = resolve;
  });
  let sentBack = false;
  const sink = sinkThat(async ({ id }) => {
    calls.push(id);
    if (id !== 'r' || sentBack) return delivered();
    await sentBackNow;
    sentBack = true;
    return how === 'retry' ? retry('503') : broken('401');
  });
  return { sink, calls, sendBack: () => answer() };
}

test('while a row goes back, events of other keys are taken in and delivered; events of its key come after it', async () => {
  const { db, hold } = holding(ledger.db);
  const { sink, calls, sendBack } = sendingBack();
  const { take } = startOn(db, [sink]);
  await untilClaiming(take);
  await take([record('r', { key: 'k' }), record('behind', { key: 'k' })]);
  const putBack = hold('before', recordAndReleaseSql);
  sendBack();
  await putBack.held;
  await take([record('n', { key: 'k' }), record('other', { key: 'o' })]);
  await eventually(() => expect(calls).toContain('other'));
  putBack.release();
  await allDelivered(5);
  expect(calls.filter((id) => !['first', 'other'].includes(id))).toEqual(['r', 'r', 'behind', 'n']);
});

test.each([
  // The intake sees the row claimed, and its answer comes when the row waits.
  ['retry', 'before the row goes back, its answer after', 'after'],
  // The intake sees the row waiting.
  ['retry', 'after the row goes back', 'before'],
  ['broken', 'before all rows of its integration go back, its answer after', 'after'],
  ['broken', 'after all rows of its integration go back', 'before'],
] as const)('%s: an intake whose statement runs %s', async (how, _, where) => {
  const { db, hold } = holding(ledger.db);
  const { sink, calls, sendBack } = sendingBack(how);
  const { take } = startOn(db, [sink]);
  await untilClaiming(take);
  await take([record('r', { key: 'k' }), record('behind', { key: 'k' })]);
  await eventually(() => expect(calls).toContain('r'));
  const intake = hold(where, intakeSql);
  const written = hold('after', recordAndReleaseSql);
  const taking = take([record('n', { key: 'k' }), record('m', { key: 'k' })]);
  await intake.held;
  sendBack();
  await written.held;
  written.release();
  await eventually(async () => {
    const [, r] = await rows(ledger.db);
    expect(r).toMatchObject({ event: 'r', calls: 1 });
  });
  if (where === 'after') {
    const found = (await rows(ledger.db)).filter(({ event }) => event === 'n' || event === 'm');
    expect(found).toMatchObject([{ claimed: true }, { claimed: true }]);
  }
  intake.release();
  await taking;
  await take([record('last', { key: 'k' })]);
  await allDelivered(6);
  expect(calls.slice(1)).toEqual(['r', 'r', 'behind', 'n', 'm', 'last']);
});

test('an intake that begins and ends while a row goes back, and whose release is refused, repeats nothing', async () => {
  const { db, hold } = holding(ledger.db);
  let refused = 0;
  const query: Database['query'] = async (text, params, options) => {
    if (text === releaseSql && refused === 0) {
      refused += 1;
      throw new Error('refused');
    }
    return db.query(text, params, options) as never;
  };
  const { sink, calls, sendBack } = sendingBack();
  const { take } = startOn({ ...db, query }, [sink]);
  await untilClaiming(take);
  await take([record('r', { key: 'k' }), record('behind', { key: 'k' })]);
  const putBack = hold('before', recordAndReleaseSql);
  sendBack();
  await putBack.held;
  // Until one of them was claimed as it was written, and had to go back.
  const taken: string[] = [];
  while (refused === 0) {
    const next = record(`n${taken.length}`, { key: 'k' });
    taken.push(`n${taken.length}`);
    await take([next]).catch(() => take([next]));
  }
  putBack.release();
  await allDelivered(3 + taken.length);
  expect(calls.slice(1)).toEqual(['r', 'r', 'behind', ...taken]);
});
