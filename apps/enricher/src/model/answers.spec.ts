// The store of answers on a real Postgres: the first answer wins, whoever gives it, and tenants see their own only.
import { createDatabase, type Database } from '@switchboard/postgres';
import { eventually, quiet, type Suite, suite } from '@switchboard/testing';
import { type AnswerEntry, Answers } from './answers.ts';

let corner: Suite;
let answers: Answers;
let others: Database[];

beforeAll(async () => {
  corner = await suite({ topics: false });
  answers = new Answers(corner.database, { keepDays: 30 });
  others = [1, 2].map(() =>
    createDatabase({
      url: corner.env.DATABASE_URL,
      schema: corner.env.DATABASE_SCHEMA,
      logger: quiet,
    }),
  );
});
beforeEach(() => corner.database.query('truncate model_answer'));
afterAll(async () => {
  await Promise.all(others.map((one) => one.close()));
  await corner.end();
});

const entry = (more: Partial<AnswerEntry> = {}): AnswerEntry => ({
  tenantId: 'acme',
  eventId: 'e1',
  promptVersion: 'p1',
  contentHash: 'h1',
  source: 'model',
  said: { answer: { intent: 'buy' }, model: 'gpt-test' },
  enrichment: Buffer.from('{"source":"model"}'),
  ...more,
});
const kept = ({ source, enrichment }: AnswerEntry) => ({ source, enrichment });
const age = (eventId: string, days: number) =>
  corner.database.query(
    'update model_answer set created_at = now() - make_interval(days => $2::int) where event_id = $1',
    [eventId, days],
  );

test('nothing is found of what is not there', async () => {
  expect(await answers.find(entry())).toEqual({});
  expect(await answers.find(entry({ contentHash: undefined }))).toEqual({});
});

test('an answer is found again to the byte, and a second one changes nothing', async () => {
  const enrichment = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
  const first = entry({ enrichment });
  expect(await answers.keep(first)).toEqual(kept(first));
  const second = entry({ source: 'fallback', said: undefined, enrichment: Buffer.from('{}') });
  expect(await answers.keep(second)).toEqual(kept(first));
  expect(await answers.find(first)).toEqual({ own: kept(first), same: first.said });
});

test('the newest answer to the same content and prompt of the same tenant serves another event', async () => {
  const newest = { answer: { intent: 'greet' }, model: 'gpt-newer' };
  await answers.keep(entry({ eventId: 'newer', said: newest }));
  await answers.keep(entry({ eventId: 'older' }));
  await age('older', 1);
  await answers.keep(entry({ eventId: 'fallback', source: 'fallback', said: undefined }));
  expect(await answers.find(entry({ eventId: 'e2' }))).toEqual({ same: newest });
  expect(await answers.find(entry({ eventId: 'fallback' }))).toMatchObject({
    own: { source: 'fallback' },
    same: newest,
  });
  const strangers: Partial<AnswerEntry>[] = [
    { tenantId: 'globex' },
    { promptVersion: 'p2' },
    { contentHash: 'h2' },
    { contentHash: undefined },
  ];
  for (const stranger of strangers)
    expect(await answers.find(entry({ eventId: 'e2', ...stranger }))).toEqual({});
  expect(await answers.find(entry({ eventId: 'newer', tenantId: 'globex' }))).toEqual({});
  expect(await answers.find(entry({ eventId: 'newer', promptVersion: 'p2' }))).toEqual({});
});

test('whatever a model says can be kept', async () => {
  const said = { answer: { text: 'NUL \0, half a pair \ud800, "quotes"' }, model: 'gpt-test' };
  await answers.keep(entry({ said }));
  expect((await answers.find(entry({ eventId: 'e2' }))).same).toEqual(said);
});

test('of many processes that answer at once all are given one answer', async () => {
  const stores = [corner.database, ...others].map((database) => new Answers(database, { keepDays: 30 }));
  for (let event = 0; event < 20; event += 1) {
    const results = await Promise.all(
      Array.from({ length: 9 }, (_, n) =>
        stores[n % stores.length]?.keep(
          entry({ eventId: `race-${event}`, enrichment: Buffer.from(`{"n":${n}}`) }),
        ),
      ),
    );
    const { own } = await answers.find(entry({ eventId: `race-${event}` }));
    expect(own).toBeDefined();
    for (const result of results) expect(result).toEqual(own);
  }
});

/** Another process that inserts this and has not committed yet. */
async function pending(other: Database, other_entry: AnswerEntry) {
  let end: (error?: Error) => void = () => undefined;
  const held = new Promise<void>((resolve, reject) => {
    end = (error) => (error ? reject(error) : resolve());
  });
  let inserted = (): void => undefined;
  const there = new Promise<void>((resolve) => {
    inserted = resolve;
  });
  const done = other
    .transaction(async (tx) => {
      await tx.query(
        `insert into model_answer (tenant_id, event_id, prompt_version, source, enrichment) values ($1, $2, $3, $4, $5)`,
        [
          other_entry.tenantId,
          other_entry.eventId,
          other_entry.promptVersion,
          other_entry.source,
          other_entry.enrichment,
        ],
      );
      inserted();
      await held;
    })
    .catch(() => undefined);
  await there;
  return { done, end };
}

const waiting = async () => {
  const [row] = await corner.database.query<{ n: number }>(
    `select count(*) as n from pg_stat_activity where wait_event_type = 'Lock' and query like '%insert into model_answer%'
       and pid <> pg_backend_pid() and pid in (select pid from pg_locks where relation = to_regclass('model_answer'))`,
  );
  expect(row?.n).toBe(1);
};

test.each([
  ['is committed later than the snapshot, that one is used', undefined, 'fallback'],
  ['is rolled back, its own is used', new Error('rolled back'), 'model'],
])('when the row that another process is writing %s', async (_what, error, source) => {
  const other = await pending(others[0] as Database, entry({ source: 'fallback' }));
  const mine = answers.keep(entry());
  await eventually(waiting);
  other.end(error);
  await other.done;
  expect(await mine).toMatchObject({ source });
});

test('what is older than it is kept goes, in batches', async () => {
  for (let n = 0; n < 5; n += 1) await answers.keep(entry({ eventId: `old-${n}` }));
  await corner.database.query(`update model_answer set created_at = now() - interval '30 days 1 minute'`);
  await answers.keep(entry({ eventId: 'young' }));
  await age('young', 29);
  expect(await answers.purge(AbortSignal.abort(), 2)).toBe(2);
  expect(await answers.purge(undefined, 2)).toBe(3);
  expect(await corner.database.query('select event_id from model_answer')).toEqual([{ event_id: 'young' }]);
});
