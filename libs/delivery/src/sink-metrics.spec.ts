// The ledger in the metrics of a sink's process.
import { InfrastructureError } from '@switchboard/contracts';
import { IntegrationStates, type StoredState, WaitingRows } from '@switchboard/ledger';
import { addIntegration } from '@switchboard/ledger/spec-kit';
import { Metrics } from '@switchboard/service';
import { type Counts, SinkMetrics } from './sink-metrics.ts';
import { freshLedger } from './spec-kit.ts';

const ledger = freshLedger('one');

/** One scrape of a new process. */
async function scrape(more: Partial<Counts> = {}): Promise<Map<string, number>> {
  const metrics = new Metrics('sink-spec');
  const sinks = ['probe', 'idle'];
  new SinkMetrics(metrics, {
    rowCounts: () => new WaitingRows(ledger.db, sinks).rowCounts(),
    statusCounts: () => new IntegrationStates(ledger.db).statusCounts(sinks),
    ...more,
  });
  const lines = (await metrics.registry.metrics()).split('\n');
  return new Map(
    lines
      .filter((line) => /^switchboard_(?:ledger_rows|oldest_waiting_seconds|integrations\w*)\{/.test(line))
      .map((line) => [line.split(' ')[0] ?? '', Number(line.split(' ')[1])]),
  );
}

const waiting = (sink: string) => `switchboard_ledger_rows{sink="${sink}",state="waiting"}`;
const oldest = (sink: string) => `switchboard_oldest_waiting_seconds{sink="${sink}"}`;

test('shows the number of waiting deliveries and the age of the oldest one, 0 for a sink without any', async () => {
  const add = (event: string, state: string, accepted: string, replayed: string | null = null) =>
    ledger.db.query(
      `insert into delivery (day, integration_id, event_id, sink, tenant_id, event_type, ordering_key, state, accepted_at,
         replayed_at)
       values ('1970-01-01', 'one', $1, 'probe', 'acme', 'x', $1, $2, now() - $3::interval, now() - $4::interval)`,
      [event, state, accepted, replayed],
    );
  await add('new', 'waiting', '1 second');
  await add('old', 'waiting', '2 hours');
  await add('replayed', 'waiting', '9 days', '1 hour');
  await add('dead', 'dead', '9 days');
  await add('done', 'delivered', '9 days');
  const seen = await scrape();
  expect(seen.get(waiting('probe'))).toBe(3);
  expect(seen.get('switchboard_ledger_rows{sink="probe",state="dead"}')).toBe(1);
  expect(seen.get(oldest('probe'))).toBeGreaterThanOrEqual(7_200);
  expect(seen.get(oldest('probe'))).toBeLessThan(7_500);
  expect([seen.get(waiting('idle')), seen.get(oldest('idle'))]).toEqual([0, 0]);
});

const HOUR = 3_600;
const integrations = (seen: Map<string, number>, sink: string) =>
  Object.fromEntries(
    [...seen].flatMap(([series, value]) => {
      const [, of, status] = /^switchboard_integrations\{sink="(\w+)",status="(\w+)"\}$/.exec(series) ?? [];
      return of === sink ? [[status, value]] : [];
    }),
  );
const rejecting = (sink: string) => `switchboard_integrations_rejecting{sink="${sink}"}`;
const failing = (sink: string) => `switchboard_integrations_failing_seconds{sink="${sink}"}`;

test('shows integrations by status, and how long the worst enabled one has been failing', async () => {
  const states = new IntegrationStates(ledger.db);
  const add = async (id: string, status: StoredState['status'], failingHours: number | null) => {
    await addIntegration(ledger.db, id);
    const failingSince = failingHours === null ? null : new Date(Date.now() - failingHours * HOUR * 1000);
    const [row] = await ledger.db.query<{ version: string }>(
      'select updated_at::text as version from integrations where id = $1',
      [id],
    );
    const state = {
      version: row?.version ?? '',
      integrationId: id,
      status,
      until: null,
      reason: null,
      failingSince,
      notified: 0,
      failures: 0,
      rejectedInRow: 0,
    };
    await states.write([state], []);
  };
  await add('well', 'ok', null);
  await add('shaky', 'ok', 2);
  await add('asked', 'paused', null);
  await add('rests', 'open', 3);
  await add('refused', 'broken', 30);
  await add('given-up', 'disabled', 200);
  await add('on-again', 'disabled', 300);
  await add('put-away', 'broken', 400);
  await ledger.db.query(
    `update integrations set active = id = 'on-again' where id in ('on-again', 'put-away')`,
  );
  await addIntegration(ledger.db, 'of-another', { sink: 'other' });
  await ledger.db.query(
    `update integration_state
     set rejected_in_row = case integration_id when 'shaky' then 20 when 'put-away' then 900 else 19 end`,
  );
  const seen = await scrape();
  // Integration 'one' has no stored state.
  expect(integrations(seen, 'probe')).toEqual({ ok: 4, paused: 1, open: 1, broken: 1, disabled: 1, off: 1 });
  expect(integrations(seen, 'idle')).toEqual({ ok: 0, paused: 0, open: 0, broken: 0, disabled: 0, off: 0 });
  expect(integrations(seen, 'other')).toEqual({});
  expect([seen.get(rejecting('probe')), seen.get(rejecting('idle'))]).toEqual([1, 0]);
  expect(seen.get(failing('probe'))).toBeGreaterThanOrEqual(30 * HOUR);
  expect(seen.get(failing('probe'))).toBeLessThan(31 * HOUR);
  expect(seen.get(failing('idle'))).toBe(0);
});

test('while Postgres is away the metrics are absent, not old', async () => {
  const away = () => Promise.reject(new InfrastructureError('POSTGRES_UNAVAILABLE', 'away'));
  expect([...(await scrape({ rowCounts: away, statusCounts: away }))]).toEqual([]);
});

test.each(['rowCounts', 'statusCounts'])('an internal error in %s fails the scrape', async (what) => {
  const mistake = () => Promise.reject(new RangeError('a mistake'));
  await expect(scrape({ [what]: mistake })).rejects.toThrow('a mistake');
});
