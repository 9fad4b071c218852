// What the runtime does with each outcome of a sink: retries, dead rows, steps.
import { replayDeadLetters } from '@switchboard/ledger';
import { actor, addIntegration, fast, noKafka, record } from '@switchboard/ledger/spec-kit';
import { delivered, isOutcome, rejected, retry, skipped } from '@switchboard/sink';
import { freshLedger, sinkThat } from '../spec-kit.ts';

const ledger = freshLedger();
const { start, settled } = ledger;

test('a retry is tried again by the schedule, before the rows behind it, and dies after three attempts', async () => {
  await addIntegration(ledger.db, 'one');
  const seen: { id: string; at: number }[] = [];
  const { take } = start([
    sinkThat(async (event) => {
      seen.push({ id: event.id, at: performance.now() });
      return event.id === 'bad' ? retry('the other side answered 503') : delivered();
    }),
  ]);
  await take([record('bad', { key: 'k' }), record('next', { key: 'k' }), record('other', { key: 'z' })]);
  await take([record('later', { key: 'k' })]);
  const all = await settled(4);
  expect(seen.filter(({ id }) => id !== 'other').map(({ id }) => id)).toEqual([
    'bad',
    'bad',
    'bad',
    'next',
    'later',
  ]);
  expect(seen.map(({ id }) => id).indexOf('other')).toBeLessThan(2);
  const [first, second, third] = seen.filter(({ id }) => id === 'bad').map(({ at }) => at) as [
    number,
    number,
    number,
  ];
  // By the clock of Postgres they are 200 and 400; the clock here may differ a little.
  expect(second - first).toBeGreaterThanOrEqual(195);
  expect(third - second).toBeGreaterThanOrEqual(395);
  expect(all[0]).toMatchObject({
    event: 'bad',
    state: 'dead',
    attempts: 3,
    calls: 3,
    reason: 'the other side answered 503',
  });
  const attempts = await ledger.db.query(
    'select number, outcome from delivery_attempt where delivery_id = 1 order by 1',
  );
  expect(attempts).toEqual([1, 2, 3].map((number) => ({ number, outcome: 'retry' })));
});

test('a value that is not an outcome counts as a throw, an invalid pause as a short one: neither stops other deliveries', async () => {
  await addIntegration(ledger.db, 'one');
  let late = false;
  const { take } = start([
    sinkThat(async (event) => {
      if (event.id === 'odd') return { kind: 'done' } as never;
      if (event.id !== 'late' || late) return delivered();
      late = true;
      return retry('429', { after: 'soon' as never });
    }),
  ]);
  await take([record('odd'), record('late'), record('good')]);
  expect(await settled(3)).toMatchObject([
    { event: 'odd', state: 'dead', attempts: 3, reason: 'the sink threw TypeError' },
    { event: 'late', state: 'delivered' },
    { event: 'good', state: 'delivered' },
  ]);
});

test('rejected is dead at once, skipped is done, a delivery that throws is dead after three attempts', async () => {
  await addIntegration(ledger.db, 'one');
  const { take, observed } = start([
    sinkThat(async (event) => {
      if (event.id === 'rejected') return rejected('no such thing');
      if (event.id === 'skipped') return skipped('not for us');
      throw new TypeError('boom with a secret');
    }),
  ]);
  await take([record('rejected'), record('skipped'), record('threw')]);
  const all = await settled(3);
  expect(all).toMatchObject([
    { event: 'rejected', state: 'dead', attempts: 1, reason: 'no such thing' },
    { event: 'skipped', state: 'skipped', attempts: 1, reason: 'not for us' },
    { event: 'threw', state: 'dead', attempts: 3, reason: 'the sink threw TypeError' },
  ]);
  expect(observed.outcomes.sort()).toEqual(['dead', 'dead', 'skipped', 'threw', 'threw']);
  const bugs = observed.logs.filter((line) => line.startsWith('A sink threw'));
  expect(bugs).toHaveLength(3);
  expect(bugs[0]).toContain('outcomes.spec.ts');
  expect(bugs.join()).not.toContain('secret');
});

test('a delivery is dead after three throws, however long its schedule is; a replay starts again', async () => {
  const delivery = { ...fast, retry: { kind: 'linear', attempts: 50, every_seconds: 0.1 } };
  await addIntegration(ledger.db, 'one', { delivery });
  let calls = 0;
  const { take } = start([
    sinkThat(async () => {
      calls += 1;
      if (calls <= 5) return retry('503');
      if (calls === 11) return delivered();
      throw new TypeError('boom');
    }),
  ]);
  await take([record('e')]);
  expect(await settled(1)).toMatchObject([
    { state: 'dead', attempts: 8, reason: 'the sink threw TypeError' },
  ]);
  await replayDeadLetters(ledger.db, noKafka, { filter: {} }, { actor });
  expect(await ledger.allDelivered(1)).toMatchObject([{ attempts: 3, calls: 11 }]);
});

test('a field that fails its schema is left out and counted; the rest is delivered', async () => {
  await addIntegration(ledger.db, 'one');
  const seen: unknown[] = [];
  const { take, observed } = start([
    sinkThat(async ({ data, leftOut }) => {
      seen.push([data, leftOut]);
      return delivered();
    }),
  ]);
  const data = { confidence_score: 'ssn 123-45-6789', priority: null, site_url: 'x.example', own: 1 };
  await take([record('e', { data })]);
  expect(await settled(1)).toMatchObject([{ state: 'delivered', calls: 1 }]);
  const { confidence_score, priority, ...rest } = data;
  expect(seen).toEqual([[expect.objectContaining(rest), ['confidence_score', 'priority']]]);
  expect(seen).not.toContainEqual([
    expect.objectContaining({ confidence_score, priority }),
    expect.anything(),
  ]);
  expect(observed.leftOut).toEqual(['confidence_score', 'priority']);
});

test('an event without what the sink needs is rejected with the path and without the value', async () => {
  await addIntegration(ledger.db, 'one');
  let called = 0;
  const deliver = async () => {
    called += 1;
    return delivered();
  };
  const needs = { 'conversation.escalated': ['confidence_score'] };
  const { take, observed } = start([{ ...sinkThat(deliver), needs }]);
  await take([record('e', { data: { confidence_score: 'ssn 123-45-6789' } }), record('f', { data: {} })]);
  const all = await settled(2);
  expect(all).toMatchObject([
    { state: 'dead', calls: 0, reason: 'data.confidence_score: is not what its type says; probe needs it' },
    { state: 'dead', calls: 0, reason: 'data.confidence_score: is missing; probe needs it' },
  ]);
  expect(called).toBe(0);
  expect(observed.leftOut).toEqual([]);
});

test('a retry does not repeat a finished step, and repeats an unfinished one', async () => {
  await addIntegration(ledger.db, 'one');
  const ran: string[] = [];
  const keys = new Set<string>();
  const { take } = start([
    sinkThat(async (_event, ctx) => {
      keys.add(ctx.idempotencyKey);
      const contact = await ctx.step('contact', async () => {
        ran.push('contact');
        return { id: '51', at: new Date(0), text: 'nul \0 inside', none: undefined };
      });
      if (isOutcome(contact)) return contact;
      const note = await ctx.step('note', async () => {
        ran.push('note');
        return ran.length < 3 ? retry('503') : { id: '7' };
      });
      if (isOutcome(note)) return note;
      return ran.length < 4 && ran.push('end')
        ? retry('503')
        : delivered(`${contact.id}/${note.id}/${contact.at}`);
    }),
  ]);
  await take([record('e')]);
  const [row] = await settled(1);
  expect(ran).toEqual(['contact', 'note', 'note', 'end']);
  expect(row).toMatchObject({ state: 'delivered', reference: '51/7/1970-01-01T00:00:00.000Z' });
  expect(keys.size).toBe(1);
});
