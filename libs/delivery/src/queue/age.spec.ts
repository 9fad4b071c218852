// The age limit before a call: a row that is too old is dead without a call, and a row that was parked has a longer limit.
import { conversationEscalated } from '@switchboard/contracts';
import { addIntegration, fast, record, rows } from '@switchboard/ledger/spec-kit';
import { broken, type DeliveryOutcome, defineSink, delivered, retry, type Sink } from '@switchboard/sink';
import { eventually } from '@switchboard/testing';
import { z } from 'zod';
import { freshLedger, sinkThat } from '../spec-kit.ts';

const ledger = freshLedger();
const { start, settled, untilClaiming } = ledger;

const HOUR = 3_600_000;
const hoursAgo = (hours: number) => new Date(Date.now() - hours * HOUR);
/** The ledger expires rows only once, at the start of the test. */
const timing = { dueMs: 20, beatMs: 200, healthMs: 20, expireMs: HOUR };
const ages = { max_age_seconds: 3600, parked_max_age_seconds: 10 * 3600 };

const operations = () => ledger.db.query('select type, data from operation order by id');
const isStored = (status: string) =>
  eventually(async () =>
    expect(await ledger.db.query('select status from integration_state')).toEqual([{ status }]),
  );

/** A sink that records the events it is called for. */
function calledFor(say: (id: string, nth: number) => DeliveryOutcome) {
  const calls: string[] = [];
  const sink = sinkThat(async ({ id }) => {
    calls.push(id);
    return say(id, calls.length);
  });
  return { calls, sink };
}

test('a row that is too old is dead without a call, and the row behind it goes on', async () => {
  await addIntegration(ledger.db, 'one', { delivery: { ...fast, ...ages } });
  const { calls, sink } = calledFor(() => delivered());
  const { take, observed } = start([sink], timing);
  await untilClaiming(take);
  await take([
    record('old', { key: 'k', at: hoursAgo(2) }),
    record('new', { key: 'k' }),
    record('young', { at: hoursAgo(0.5) }),
  ]);
  expect(await settled(4)).toMatchObject([
    { event: 'first', state: 'delivered' },
    { event: 'old', state: 'dead', reason: 'expired', attempts: 0, calls: 0, claimed: false },
    { event: 'new', state: 'delivered' },
    { event: 'young', state: 'delivered' },
  ]);
  expect([...calls].sort()).toEqual(['first', 'new', 'young']);
  expect(await operations()).toMatchObject([
    { type: 'delivery.dead', data: { event_id: 'old', attempts: 0, reason: 'expired' } },
  ]);
  expect(observed.outcomes.filter((outcome) => outcome === 'dead')).toHaveLength(1);
});

test('a row that becomes too old between two attempts gets no second attempt', async () => {
  const delivery = { ...fast, ...ages, retry: { first_seconds: 3600 } };
  await addIntegration(ledger.db, 'one', { delivery });
  const { calls, sink } = calledFor(() => retry('the other side answered 503'));
  const { take } = start([sink], timing);
  await take([record('e')]);
  await eventually(async () =>
    expect(await rows(ledger.db)).toMatchObject([{ state: 'waiting', calls: 1, claimed: false }]),
  );
  await ledger.db.query(
    `update delivery set accepted_at = now() - interval '2 hours', next_attempt_at = now()`,
  );
  expect(await settled(1)).toMatchObject([{ state: 'dead', reason: 'expired', attempts: 1, calls: 1 }]);
  expect(calls).toEqual(['e']);
});

test('expired rows do not count against the limits', async () => {
  const limits = { per_second: 0.01, burst: 1 };
  await addIntegration(ledger.db, 'one', { delivery: { ...fast, ...ages, limits } });
  const { calls, sink } = calledFor(() => delivered());
  const { take } = start([sink], timing);
  await take([
    ...Array.from({ length: 5 }, (_, i) => record(`old-${i}`, { at: hoursAgo(2) })),
    record('new'),
  ]);
  await settled(6);
  expect(calls).toEqual(['new']);
});

test('a row that is too old is left out of a batch, and the rest goes out', async () => {
  await addIntegration(ledger.db, 'one', { delivery: { ...fast, ...ages } });
  const calls: string[] = [];
  const batch = defineSink({
    name: 'probe',
    accepts: [conversationEscalated],
    config: z.object({ url: z.url(), token: z.string().meta({ secret: true }) }),
    idempotency: 'none',
    batch: {
      size: 3,
      waitSeconds: 0.1,
      async deliver(entries) {
        calls.push(...entries.map(({ event }) => event.id));
        return delivered();
      },
    },
  });
  const { take } = start([batch as unknown as Sink], timing);
  await take([record('a'), record('old', { at: hoursAgo(2) }), record('b')]);
  expect(await settled(3)).toMatchObject([
    { event: 'a', state: 'delivered' },
    { event: 'old', state: 'dead', reason: 'expired', calls: 0 },
    { event: 'b', state: 'delivered' },
  ]);
  expect([...calls].sort()).toEqual(['a', 'b']);
});

test('a replayed row is as old as its replay', async () => {
  await addIntegration(ledger.db, 'one', { delivery: { ...fast, ...ages } });
  const { calls, sink } = calledFor(() => delivered());
  const { take } = start([sink], timing);
  await take([record('e', { at: hoursAgo(2) })]);
  await settled(1);
  await ledger.db.query(
    `update delivery set state = 'waiting', reason = null, finished_at = null, next_attempt_at = now(), replayed_at = now()`,
  );
  await eventually(() => expect(calls).toEqual(['e']));
});

test('after an integration was broken, all parked rows are delivered except those above the limit of parked rows', async () => {
  await addIntegration(ledger.db, 'one', { delivery: { ...fast, ...ages } });
  const { calls, sink } = calledFor((_, nth) => (nth === 1 ? broken('401') : delivered()));
  const { take } = start([sink], { ...timing, holdSeconds: 0.5 });
  await take([record('first')]);
  await isStored('broken');
  await take([
    record('second', { at: hoursAgo(5) }),
    record('third', { at: hoursAgo(5) }),
    record('old', { at: hoursAgo(11) }),
  ]);
  expect(await settled(4)).toMatchObject([
    { event: 'first', state: 'delivered' },
    { event: 'second', state: 'delivered' },
    { event: 'third', state: 'delivered' },
    { event: 'old', state: 'dead', reason: 'expired' },
  ]);
  expect(calls).not.toContain('old');
});

/** An integration whose breaker opens at the first failure, with rows that became too old meanwhile. */
async function withOpenBreaker(restSeconds: number) {
  const breaker = { failures: 1, rest_seconds: restSeconds };
  await addIntegration(ledger.db, 'one', { delivery: { ...fast, ...ages, breaker } });
  const { calls, sink } = calledFor((_, nth) => (nth === 1 ? retry('503') : delivered()));
  const { take } = start([sink], timing);
  await take([record('first')]);
  await isStored('open');
  await take([
    record('second', { at: hoursAgo(5) }),
    record('third', { at: hoursAgo(5) }),
    record('old', { at: hoursAgo(11) }),
  ]);
  return { calls };
}

const allButTooOld = [
  { event: 'first', state: 'delivered' },
  { event: 'second', state: 'delivered' },
  { event: 'third', state: 'delivered' },
  { event: 'old', state: 'dead', reason: 'expired' },
];

test('after the breaker closed, all parked rows are delivered except those above the limit of parked rows', async () => {
  const { calls } = await withOpenBreaker(2);
  expect(await settled(4)).toMatchObject(allButTooOld);
  expect(calls).not.toContain('old');
  await isStored('ok');
  expect(
    await ledger.db.query(
      `select parked_until > now() - interval '1 minute' as recent from integration_state`,
    ),
  ).toEqual([{ recent: true }]);
});

test('when a setting changes while the breaker is open, the rows were parked until then', async () => {
  // Only the change ends the rest.
  await withOpenBreaker(600);
  await addIntegration(ledger.db, 'one', { delivery: { ...fast, ...ages } });
  expect(await settled(4)).toMatchObject(allButTooOld);
});

test('the next process knows that rows were parked, and until when', async () => {
  await addIntegration(ledger.db, 'one', { delivery: { ...fast, ...ages } });
  await ledger.db.query(
    `insert into integration_state (integration_id, status, parked_until) values ('one', 'ok', now())`,
  );
  const { calls, sink } = calledFor(() => delivered());
  const { take } = start([sink], timing);
  await take([record('parked', { at: hoursAgo(5) })]);
  expect(await settled(1)).toMatchObject([{ event: 'parked', state: 'delivered' }]);
  expect(calls).toEqual(['parked']);
});

test('an integration that is switched on again while its owner runs delivers what was parked', async () => {
  await addIntegration(ledger.db, 'one', { delivery: { ...fast, ...ages } });
  const { calls, sink } = calledFor(() => delivered());
  const { take } = start([sink], timing);
  await ledger.untilClaiming(take);
  await ledger.db.query(`update integrations set active = false, updated_at = now()`);
  let probes = 0;
  await eventually(async () => {
    // An event that is not claimed as it is taken in shows that the process knows of the change.
    await take([record(`probe-${(probes += 1)}`)]);
    const newest = (await rows(ledger.db)).at(-1);
    expect(newest).toMatchObject({ event: `probe-${probes}`, state: 'waiting', claimed: false });
  });
  await take([record('parked', { at: hoursAgo(5) })]);
  await ledger.db.query(`update integrations set active = true, updated_at = now()`);
  expect((await settled((await rows(ledger.db)).length)).map(({ state }) => state)).not.toContain('dead');
  expect(calls).toContain('parked');
});
