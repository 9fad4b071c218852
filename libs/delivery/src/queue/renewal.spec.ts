// An integration that was mended is delivered to at once, whatever calls under way with the settings before still say.
import { States } from '@switchboard/ledger';
import { addIntegration, fast, record } from '@switchboard/ledger/spec-kit';
import { broken, delivered, retry } from '@switchboard/sink';
import { eventually } from '@switchboard/testing';
import { freshLedger, quick, sinkThat } from '../spec-kit.ts';

const ledger = freshLedger('one');
const operations = async () =>
  (await ledger.db.query('select type from operation order by id')).map(({ type }) => type);
const mend = (token: string, timeout_seconds: number) =>
  addIntegration(ledger.db, 'one', { secrets: { token }, delivery: { ...fast, timeout_seconds } });

test('what breaks under older settings is repeated with those of now; what breaks under these parks', async () => {
  const tokens: string[] = [];
  let answer = (): void => undefined;
  const answering = new Promise<void>((resolve) => {
    answer = resolve;
  });
  const { take, runtime, observed } = ledger.start(
    [
      sinkThat(async (_event, ctx) => {
        tokens.push(ctx.config.token);
        if (ctx.config.token === 'mended') return delivered();
        if (ctx.config.token === 't0ken') await answering;
        return broken('401');
      }),
    ],
    { ...quick, holdSeconds: 600 },
  );
  const renewed = (timeoutSeconds: number) =>
    eventually(() => expect(runtime['queues'].get('one')?.settings.timeout_seconds).toBe(timeoutSeconds));
  const states = () => ledger.db.query('select status, reason from integration_state');
  await eventually(() => expect(runtime['queues'].get('one')).toBeDefined());
  await take([record('e1'), record('e2')]);
  await eventually(() => expect(tokens).toEqual(['t0ken', 't0ken']));
  await mend('mended', 7);
  await renewed(7);
  answer();
  await ledger.allDelivered(2);
  expect(tokens).toEqual(['t0ken', 't0ken', 'mended', 'mended']);
  expect(observed.outcomes).toEqual(['interrupted', 'interrupted', 'delivered', 'delivered']);
  expect(await operations()).toEqual([]);
  await mend('worse', 8);
  await renewed(8);
  await take([record('e3')]);
  await eventually(async () => expect(await states()).toEqual([{ status: 'broken', reason: '401' }]));
  expect(tokens.slice(4)).toEqual(['worse']);
  // Mended twice before it works: its end is told once.
  await mend('mended', 9);
  await renewed(9);
  await mend('mended', 10);
  await renewed(10);
  await ledger.allDelivered(3);
  await eventually(async () =>
    expect(await operations()).toEqual(['integration.broken', 'integration.recovered']),
  );
});

test('a breaker that a change has closed is told of when it works again', async () => {
  let works = false;
  const { take, runtime } = ledger.start([sinkThat(async () => (works ? delivered() : retry('503')))], quick);
  const breaker = { failures: 1, rest_seconds: 600 };
  await addIntegration(ledger.db, 'one', { delivery: { ...fast, timeout_seconds: 7, breaker } });
  await eventually(() => expect(runtime['queues'].get('one')?.settings.timeout_seconds).toBe(7));
  await take([record('e1')]);
  await eventually(async () => expect(await operations()).toEqual(['breaker.opened']));
  works = true;
  await mend('t0ken', 8);
  await ledger.allDelivered(1);
  await eventually(async () => expect(await operations()).toEqual(['breaker.opened', 'breaker.closed']));
});

test('one that is switched on again while nobody delivers begins anew, and its end is told', async () => {
  await ledger.db.query(
    `insert into integration_state (integration_id, status, reason, failing_since, told)
     values ('one', 'disabled', '503', now() - interval '9 days', 100)`,
  );
  let works = false;
  const { take } = ledger.start([sinkThat(async () => (works ? delivered() : retry('503')))], quick);
  await take([record('e1')]);
  const state = async () =>
    (
      await ledger.db.query(
        "select status, failing_since > now() - interval '1 hour' as fresh from integration_state",
      )
    )[0];
  await eventually(async () => expect(await state()).toMatchObject({ status: 'ok', fresh: true }));
  works = true;
  await ledger.allDelivered(1);
  await eventually(async () => expect(await operations()).toEqual(['integration.recovered']));
  await eventually(async () => expect(await state()).toEqual({ status: 'ok', fresh: null }));
});

test('one that was switched off before this process began, and is switched on again, has its end told', async () => {
  await ledger.db.query(
    `with off as (update integrations set active = false)
     insert into integration_state (integration_id, status, reason, failing_since, told)
     values ('one', 'disabled', '503', now() - interval '9 days', 100)`,
  );
  const { take, runtime } = ledger.start([sinkThat(async () => delivered())], quick);
  await eventually(() => expect(runtime['queues'].get('one')).toBeDefined());
  await mend('t0ken', 7);
  await take([record('e1')]);
  await ledger.allDelivered(1);
  await eventually(async () => expect(await operations()).toEqual(['integration.recovered']));
});

test('what was changed after its last failure is not switched off on account of that failure', async () => {
  const states = new States(ledger.db);
  const version = async () =>
    (await ledger.db.query<{ version: string }>('select updated_at::text as version from integrations'))[0]
      ?.version ?? '';
  const state = {
    integrationId: 'one',
    until: null,
    reason: '503',
    failingSince: new Date(),
    told: 100,
    failures: 1,
    rejectedInRow: 0,
  };
  const operation = { integrationId: 'one', tenantId: 'acme', sink: 'probe', data: { reason: '503' } };
  const disable = (of: string) =>
    states.write(
      [{ ...state, status: 'disabled', version: of }],
      [{ ...operation, type: 'integration.disabled' }],
    );
  const isActive = async () => (await ledger.db.query('select active from integrations'))[0]?.active;
  const before = await version();
  await mend('mended', 7);
  await disable(before);
  expect([await isActive(), await operations(), await states.load(['one'])]).toEqual([true, [], []]);
  await disable(await version());
  expect([await isActive(), await operations()]).toEqual([false, ['integration.disabled']]);
  expect(await states.load(['one'])).toMatchObject([{ status: 'disabled' }]);
});
