// Due rows in the ledger are found, for more integrations than one turn asks about, and whichever process wrote them. The
// ledger is not asked about integrations that may not be delivered to.
import { addIntegration, backlogSql, fast, rows } from '@switchboard/ledger/spec-kit';
import type { Database } from '@switchboard/postgres';
import { broken, delivered } from '@switchboard/sink';
import { eventually } from '@switchboard/testing';
import { freshLedger, sinkThat } from '../spec-kit.ts';

const ledger = freshLedger();
const { start, startOn, allDelivered } = ledger;

const MANY = 150;
/** Integrations that hold more due rows than they may have in memory, and how many due rows each of them has. */
const SLOW = 200;
const EACH = 40;

/** Inserts rows as another process does: unclaimed. `integrations` is a condition on the table of integrations. */
const takenInElsewhere = (event: string, integrations = 'true', due = 'now()') =>
  ledger.db.query(
    `with body as (
       insert into event_body (day, event_id, tenant_id, event_type, source, accepted_at, value)
       values ('1970-01-01', $1, 'acme', 'conversation.escalated', '/', now(),
         convert_to('{"event":"conversation.escalated","data":{"conversation_id":"k"}}', 'UTF8'))
       on conflict do nothing
     )
     insert into delivery (day, integration_id, event_id, sink, tenant_id, event_type, ordering_key, accepted_at,
       next_attempt_at)
     select '1970-01-01', id, $1, 'probe', 'acme', 'conversation.escalated', 'k', now(), ${due}
     from integrations where ${integrations}`,
    [event],
  );

test('rows of many integrations are found, those from before the start and those from other processes', async () => {
  for (let i = 0; i < MANY; i += 1) await addIntegration(ledger.db, `i${i}`);
  await takenInElsewhere('before', 'true', `now() - interval '2 days'`);
  const seen = new Map<string, string[]>();
  start([
    sinkThat(async (event, { idempotencyKey }) => {
      seen.set(event.id, [...(seen.get(event.id) ?? []), idempotencyKey]);
      return delivered();
    }),
  ]);
  await allDelivered(MANY);
  await takenInElsewhere('later', 'true', `now() + interval '500 milliseconds'`);
  await takenInElsewhere('now');
  await allDelivered(3 * MANY);
  for (const event of ['before', 'now', 'later']) {
    expect(new Set(seen.get(event)).size).toBe(MANY);
    expect(seen.get(event)).toHaveLength(MANY);
  }
});

test('a row that became due long before it was written is found too', async () => {
  await addIntegration(ledger.db, 'one');
  start([sinkThat(async () => delivered())]);
  await takenInElsewhere('first');
  await allDelivered(1);
  await takenInElsewhere('old', 'true', `now() - interval '1 hour'`);
  await allDelivered(2);
});

test('the ledger is not asked about an integration that is broken', async () => {
  await addIntegration(ledger.db, 'parked');
  await addIntegration(ledger.db, 'well', { config: { url: 'http://well/' } });
  const asked: string[][] = [];
  const query: Database['query'] = async (text, params, options) => {
    if (text === backlogSql) asked.push([...((params?.[0] ?? []) as string[])]);
    return ledger.db.query(text, params, options) as never;
  };
  startOn(
    { ...ledger.db, query },
    [
      sinkThat(async (_event, { config }) =>
        config.url === 'http://well/' ? delivered() : broken('no such account'),
      ),
    ],
    { dueMs: 20, beatMs: 200, healthMs: 50, holdSeconds: 3_600 },
  );
  await takenInElsewhere('e1');
  await eventually(async () => {
    expect(await ledger.db.query(`select status from integration_state`)).toEqual([{ status: 'broken' }]);
    const all = await rows(ledger.db);
    expect(all.filter(({ claimed }) => claimed)).toEqual([]);
  });
  asked.splice(0);
  await takenInElsewhere('e2');
  await takenInElsewhere('e3', `id = 'well'`);
  await eventually(async () => {
    const all = await rows(ledger.db);
    expect(all.filter(({ state }) => state === 'delivered')).toHaveLength(3);
  });
  expect(asked.flat()).toContain('well');
  expect(asked.flat()).not.toContain('parked');
});

test('integrations with due rows and no room for them take no turns from one that has room', async () => {
  const delivery = { ...fast, limits: { per_second: 0.01 } };
  for (let i = 0; i < SLOW; i += 1) await addIntegration(ledger.db, `slow${i}`, { delivery });
  await addIntegration(ledger.db, 'quick');
  const asked: string[][] = [];
  const query: Database['query'] = async (text, params, options) => {
    if (text === backlogSql) asked.push([...((params?.[0] ?? []) as string[])]);
    return ledger.db.query(text, params, options) as never;
  };
  for (let n = 0; n < EACH; n += 1) await takenInElsewhere(`slow${n}`, `id <> 'quick'`);
  startOn({ ...ledger.db, query }, [sinkThat(async () => delivered())]);
  const inMemory = async () => (await rows(ledger.db)).filter(({ claimed }) => claimed).length;
  const deliveredBy = async (isQuick: boolean) =>
    (await rows(ledger.db)).filter(
      ({ state, integration }) => state === 'delivered' && (integration === 'quick') === isQuick,
    ).length;
  // Each has delivered one row, and the rows of all of them fill half of the memory: 3,000 rows.
  await eventually(
    async () => {
      expect(await deliveredBy(false)).toBe(SLOW);
      expect(await inMemory()).toBeGreaterThanOrEqual(3_000);
    },
    { deadlineMs: 60_000 },
  );
  await takenInElsewhere('quick', `id = 'quick'`);
  await eventually(async () => expect(await deliveredBy(true)).toBe(1));
  asked.splice(0);
  for (let n = 0; n < EACH; n += 1) await takenInElsewhere(`quick${n}`, `id = 'quick'`);
  await eventually(async () => expect(await deliveredBy(true)).toBe(EACH + 1));
  // One question is asked in each turn.
  expect(asked.filter((ids) => !ids.includes('quick'))).toHaveLength(0);
  expect(new Set(asked.flat())).toEqual(new Set(['quick']));
  expect(await deliveredBy(false)).toBe(SLOW);
});
