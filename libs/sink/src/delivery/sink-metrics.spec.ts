// What a person sees of the ledger in the metrics of a sink's process.
import { Metrics } from '@switchboard/service';
import { Ledger, type SinkState } from '../ledger/ledger.ts';
import { freshLedger } from '../spec-kit.ts';
import { SinkMetrics } from './sink-metrics.ts';

const ledger = freshLedger('one');

/** One scrape of a process of its own. */
async function scrape(states: () => Promise<SinkState[]>): Promise<Map<string, number>> {
  const metrics = new Metrics();
  new SinkMetrics(metrics, states);
  const lines = (await metrics.registry.metrics()).split('\n');
  return new Map(
    lines
      .filter((line) => /^switchboard_(?:ledger_rows|oldest_waiting_seconds)\{/.test(line))
      .map((line) => [line.split(' ')[0] ?? '', Number(line.split(' ')[1])]),
  );
}

const waiting = (sink: string) => `switchboard_ledger_rows{sink="${sink}",state="waiting"}`;
const oldest = (sink: string) => `switchboard_oldest_waiting_seconds{sink="${sink}"}`;

test('the age of the oldest that waits is told with how many do, and 0 of a sink that is through', async () => {
  const states = () => new Ledger(ledger.db, 'here', ['probe', 'idle']).states();
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
  const seen = await scrape(states);
  expect(seen.get(waiting('probe'))).toBe(3);
  expect(seen.get('switchboard_ledger_rows{sink="probe",state="dead"}')).toBe(1);
  expect(seen.get(oldest('probe'))).toBeGreaterThanOrEqual(7_200);
  expect(seen.get(oldest('probe'))).toBeLessThan(7_500);
  expect([seen.get(waiting('idle')), seen.get(oldest('idle'))]).toEqual([0, 0]);
});

test('while Postgres is away nothing is told rather than something old', async () => {
  expect([...(await scrape(() => Promise.reject(new Error('away'))))]).toEqual([]);
});
