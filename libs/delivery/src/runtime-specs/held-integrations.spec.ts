// Integrations that are held: broken, switched off, with invalid settings or with an open breaker. Their rows wait and are
// delivered in order afterwards.
import { addIntegration, record, rows } from '@switchboard/ledger/spec-kit';
import { broken, delivered, retry } from '@switchboard/sink';
import { eventually } from '@switchboard/testing';
import { freshLedger, sinkThat } from '../spec-kit.ts';

const ledger = freshLedger();
const { start, settled, allDelivered } = ledger;

const states = () =>
  ledger.db.query('select integration_id as id, status, until, reason from integration_state order by 1');
const operationTypes = async () =>
  (await ledger.db.query<{ type: string }>('select type from operation order by id')).map(({ type }) => type);

test('`broken` holds the whole integration, no delivery dies, and it recovers by itself', async () => {
  await addIntegration(ledger.db, 'ill', { config: { url: 'http://x/ill' } });
  await addIntegration(ledger.db, 'well', { config: { url: 'http://x/well' } });
  let repaired = false;
  const seen: string[] = [];
  const { take } = start([
    sinkThat(async (event, ctx) => {
      if (ctx.config.url.includes('ill') && !repaired) return broken('401: the token was revoked');
      seen.push(`${new URL(ctx.config.url).pathname}:${event.id}`);
      return delivered();
    }),
  ]);
  await take(Array.from({ length: 100 }, (_, i) => record(`e${i}`, { key: `k${i % 10}` })));
  await settled(100);
  await eventually(async () => {
    expect(await states()).toMatchObject([
      { id: 'ill', status: 'broken', reason: '401: the token was revoked' },
    ]);
  });
  expect(seen.filter((what) => what.startsWith('/ill'))).toEqual([]);
  repaired = true;
  const all = await settled(200);
  const ill = all.filter(({ integration }) => integration === 'ill');
  expect(ill.every(({ state, attempts }) => state === 'delivered' && attempts === 1)).toBe(true);
  for (let key = 0; key < 10; key += 1) {
    const ids = seen.filter((what) => what.startsWith('/ill') && Number(what.split(':e')[1]) % 10 === key);
    expect(ids).toEqual(Array.from({ length: 10 }, (_, i) => `/ill:e${i * 10 + key}`));
  }
  await eventually(async () => {
    expect(await states()).toMatchObject([{ id: 'ill', status: 'ok', until: null, reason: null }]);
  });
  expect(await operationTypes()).toEqual(['integration.broken', 'integration.recovered']);
});

test('an integration that is off takes events in, parks them, and delivers them in order when it is on again', async () => {
  await addIntegration(ledger.db, 'one');
  const seen: string[] = [];
  const { take } = start([
    sinkThat(async (event) => {
      seen.push(event.id);
      return delivered();
    }),
  ]);
  await ledger.untilClaiming(take);
  const turn = (active: boolean) =>
    ledger.db.query('update integrations set active = $1, updated_at = now()', [active]);
  await turn(false);
  // The process knows after the next heartbeat.
  await eventually(async () => {
    await take([record(`probe${Math.random()}`, { key: 'probe' })]);
    expect((await rows(ledger.db)).at(-1)).toMatchObject({ state: 'waiting', claimed: false });
  });
  await take(Array.from({ length: 20 }, (_, i) => record(`e${i}`, { key: 'k' })));
  expect(seen.filter((id) => id.startsWith('e'))).toEqual([]);
  await turn(true);
  await settled((await rows(ledger.db)).length);
  expect(seen.filter((id) => id.startsWith('e'))).toEqual(Array.from({ length: 20 }, (_, i) => `e${i}`));
});

test('invalid settings hold their integration with the reason until they are repaired', async () => {
  await addIntegration(ledger.db, 'bad', { config: { url: 'no url' }, secrets: {} });
  await addIntegration(ledger.db, 'open', {
    config: { url: 'http://x/', token: 'in clear' },
    secrets: {},
  });
  await addIntegration(ledger.db, 'good');
  const { take } = start([sinkThat(async () => delivered())]);
  await take([record('e1'), record('e2')]);
  await eventually(async () => {
    expect(await states()).toMatchObject([
      { id: 'bad', status: 'broken', reason: expect.stringMatching(/^url: .*; token: /) },
      {
        id: 'open',
        status: 'broken',
        reason: 'token: is a secret; move it from "config" to "secrets"',
      },
    ]);
  });
  expect(
    (await settled(2)).filter(({ state }) => state === 'delivered').map(({ integration }) => integration),
  ).toEqual(['good', 'good']);
  await addIntegration(ledger.db, 'bad');
  expect(
    (await settled(4)).every(({ calls, state }) => (state === 'waiting' ? calls === 0 : calls === 1)),
  ).toBe(true);
});

const setRules = (rules: unknown) =>
  ledger.db.query('update integrations set rules = $1::jsonb, updated_at = clock_timestamp()', [
    JSON.stringify(rules),
  ]);
const HIGH = [{ field: 'data.score', gt: 75 }];
const outcomes = async () => (await rows(ledger.db)).map(({ event, state }) => [event, state]);

test('settings that cannot be used leave the rules in force', async () => {
  await addIntegration(ledger.db, 'one', { config: { url: 'no url' } });
  await setRules(HIGH);
  const seen: string[] = [];
  const { take, observed } = ledger.start([
    sinkThat(async (event) => {
      seen.push(event.id);
      return delivered();
    }),
  ]);
  await take([record('low', { data: { score: 10 } }), record('high', { data: { score: 90 } })]);
  await eventually(async () => expect(await states()).toMatchObject([{ id: 'one', status: 'broken' }]));
  await addIntegration(ledger.db, 'one');
  await ledger.settled(1);
  expect(await outcomes()).toEqual([['high', 'delivered']]);
  expect(seen).toEqual(['high']);
  expect(observed.unwanted).toEqual(['conversation.escalated']);
});

test('rules that are invalid take everything in, and decide at the delivery once they are repaired', async () => {
  await addIntegration(ledger.db, 'one');
  await setRules([{ colour: 'red' }]);
  const seen: string[] = [];
  const { take, runtime } = ledger.start([
    sinkThat(async (event) => {
      seen.push(event.id);
      return delivered();
    }),
  ]);
  await take([record('low', { data: { score: 10 } }), record('high', { data: { score: 90 } })]);
  await eventually(async () => expect(await states()).toMatchObject([{ id: 'one', status: 'broken' }]));
  expect(await outcomes()).toEqual([
    ['low', 'waiting'],
    ['high', 'waiting'],
  ]);
  await setRules(HIGH);
  await ledger.settled(2);
  expect(await outcomes()).toEqual([
    ['low', 'skipped'],
    ['high', 'delivered'],
  ]);
  expect(seen).toEqual(['high']);
  // What was taken in by valid rules is not decided about again.
  await addIntegration(ledger.db, 'one', { config: { url: 'no url' } });
  const known = () => runtime['parts'].integrations.of('one', 'probe');
  await eventually(async () => expect(await known()).toMatchObject({ ok: false }));
  await take([record('higher', { data: { score: 91 } })]);
  await setRules([{ field: 'data.score', gt: 99 }]);
  await addIntegration(ledger.db, 'one');
  await ledger.settled(3);
  expect(seen).toEqual(['high', 'higher']);
});

test('the last attempt of a delivery opens the breaker: the delivery is dead, and the integration goes on after the rest', async () => {
  const delivery = { retry: { attempts: 1 }, breaker: { failures: 1, rest_seconds: 1 } };
  await addIntegration(ledger.db, 'one', { delivery });
  let failing = true;
  const { take } = start([sinkThat(async () => (failing ? retry('503') : delivered()))]);
  await take([record('e0', { key: 'a' })]);
  await eventually(async () => expect((await rows(ledger.db)).map(({ state }) => state)).toEqual(['dead']));
  failing = false;
  await take([record('e1', { key: 'b' })]);
  await allDelivered(1);
});
