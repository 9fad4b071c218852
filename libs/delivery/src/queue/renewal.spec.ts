// An integration with new settings is delivered to at once, whatever calls in flight with the old settings still return.
import { IntegrationStates } from '@switchboard/ledger';
import { addIntegration, fast, record } from '@switchboard/ledger/spec-kit';
import { broken, delivered, retry } from '@switchboard/sink';
import { eventually } from '@switchboard/testing';
import { freshLedger, quick, sinkThat } from '../spec-kit.ts';

const ledger = freshLedger('one');
const operations = async () =>
  (await ledger.db.query('select type from operation order by id')).map(({ type }) => type);
const change = (token: string, timeout_seconds: number) =>
  addIntegration(ledger.db, 'one', { secrets: { token }, delivery: { ...fast, timeout_seconds } });

test('`broken` under old settings is repeated with the new ones; `broken` under the new settings parks', async () => {
  const tokens: string[] = [];
  let answer = (): void => undefined;
  const answering = new Promise<void>((resolve) => {
    answer = resolve;
  });
  const { take, runtime, observed } = ledger.start(
    [
      sinkThat(async (_event, ctx) => {
        tokens.push(ctx.config.token);
        if (ctx.config.token === 'fixed') return delivered();
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
  await change('fixed', 7);
  await renewed(7);
  answer();
  await ledger.allDelivered(2);
  expect(tokens).toEqual(['t0ken', 't0ken', 'fixed', 'fixed']);
  expect(observed.outcomes).toEqual(['interrupted', 'interrupted', 'delivered', 'delivered']);
  expect(await operations()).toEqual([]);
  await change('worse', 8);
  await renewed(8);
  await take([record('e3')]);
  await eventually(async () => expect(await states()).toEqual([{ status: 'broken', reason: '401' }]));
  expect(tokens.slice(4)).toEqual(['worse']);
  // Changed twice before it works: its recovery is notified once.
  await change('fixed', 9);
  await renewed(9);
  await change('fixed', 10);
  await renewed(10);
  await ledger.allDelivered(3);
  await eventually(async () =>
    expect(await operations()).toEqual(['integration.broken', 'integration.recovered']),
  );
});

test('a breaker that a change has closed is notified as closed when the integration works again', async () => {
  let works = false;
  const { take, runtime } = ledger.start([sinkThat(async () => (works ? delivered() : retry('503')))], quick);
  const breaker = { failures: 1, rest_seconds: 600 };
  await addIntegration(ledger.db, 'one', { delivery: { ...fast, timeout_seconds: 7, breaker } });
  await eventually(() => expect(runtime['queues'].get('one')?.settings.timeout_seconds).toBe(7));
  await take([record('e1')]);
  await eventually(async () => expect(await operations()).toEqual(['breaker.opened']));
  works = true;
  await change('t0ken', 8);
  await ledger.allDelivered(1);
  await eventually(async () => expect(await operations()).toEqual(['breaker.opened', 'breaker.closed']));
});

test('an integration that is switched on again while no process delivers starts anew, and its recovery is notified', async () => {
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

test('an integration that was disabled before this process started, and is switched on again, has its recovery notified', async () => {
  await ledger.db.query(
    `with off as (update integrations set active = false)
     insert into integration_state (integration_id, status, reason, failing_since, told)
     values ('one', 'disabled', '503', now() - interval '9 days', 100)`,
  );
  const { take, runtime } = ledger.start([sinkThat(async () => delivered())], quick);
  await eventually(() => expect(runtime['queues'].get('one')).toBeDefined());
  await change('t0ken', 7);
  await take([record('e1')]);
  await ledger.allDelivered(1);
  await eventually(async () => expect(await operations()).toEqual(['integration.recovered']));
});

test('an integration that was changed after its last failure is not disabled because of that failure', async () => {
  const states = new IntegrationStates(ledger.db);
  const version = async () =>
    (await ledger.db.query<{ version: string }>('select updated_at::text as version from integrations'))[0]
      ?.version ?? '';
  const state = {
    integrationId: 'one',
    until: null,
    reason: '503',
    failingSince: new Date(),
    notified: 100,
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
  await change('fixed', 7);
  await disable(before);
  expect([await isActive(), await operations(), await states.load(['one'])]).toEqual([true, [], []]);
  await disable(await version());
  expect([await isActive(), await operations()]).toEqual([false, ['integration.disabled']]);
  expect(await states.load(['one'])).toMatchObject([{ status: 'disabled' }]);
});
