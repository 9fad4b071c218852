// The answer store on a real Postgres: the first answer of an event wins, and tenants get only their own answers.
import { createDatabase, type Database } from '@switchboard/postgres';
import { eventually, quiet, type Suite, suite } from '@switchboard/testing';
import { type AnswerEntry, AnswerStore } from './answer-store.ts';

let corner: Suite;
let answers: AnswerStore;
let others: Database[];

beforeAll(async () => {
  corner = await suite({ topics: false });
  answers = new AnswerStore(corner.database, { keepDays: 30 });
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
  reply: { answer: { intent: 'buy' }, model: 'gpt-test' },
  enrichment: Buffer.from('{"source":"model"}'),
  ...more,
});
const stored = ({ source, enrichment }: AnswerEntry) => ({ source, enrichment });
const age = (eventId: string, days: number) =>
  corner.database.query(
    'update model_answer set created_at = now() - make_interval(days => $2::int) where event_id = $1',
    [eventId, days],
  );

test('finds nothing in an empty store', async () => {
  expect(await answers.find(entry())).toEqual({});
  expect(await answers.find(entry({ contentHash: undefined }))).toEqual({});
});

test('an answer is found byte by byte, and a second one changes nothing', async () => {
  const enrichment = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
  const first = entry({ enrichment });
  expect(await answers.save(first)).toEqual(stored(first));
  const second = entry({ source: 'fallback', reply: undefined, enrichment: Buffer.from('{}') });
  expect(await answers.save(second)).toEqual(stored(first));
  expect(await answers.find(first)).toEqual({ stored: stored(first), cached: first.reply });
});

test('the newest answer to the same content and prompt of the same tenant serves another event', async () => {
  const newest = { answer: { intent: 'greet' }, model: 'gpt-newer' };
  await answers.save(entry({ eventId: 'newer', reply: newest }));
  await answers.save(entry({ eventId: 'older' }));
  await age('older', 1);
  await answers.save(entry({ eventId: 'fallback', source: 'fallback', reply: undefined }));
  expect(await answers.find(entry({ eventId: 'e2' }))).toEqual({ cached: newest });
  expect(await answers.find(entry({ eventId: 'fallback' }))).toMatchObject({
    stored: { source: 'fallback' },
    cached: newest,
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

test('any answer of a model can be stored', async () => {
  const reply = { answer: { text: 'NUL \0, half a pair \ud800, "quotes"' }, model: 'gpt-test' };
  await answers.save(entry({ reply }));
  expect((await answers.find(entry({ eventId: 'e2' }))).cached).toEqual(reply);
});

test('many processes that save at the same time get the same answer', async () => {
  const stores = [corner.database, ...others].map((database) => new AnswerStore(database, { keepDays: 30 }));
  for (let event = 0; event < 20; event += 1) {
    const results = await Promise.all(
      Array.from({ length: 9 }, (_, n) =>
        stores[n % stores.length]?.save(
          entry({ eventId: `race-${event}`, enrichment: Buffer.from(`{"n":${n}}`) }),
        ),
      ),
    );
    const { stored: one } = await answers.find(entry({ eventId: `race-${event}` }));
    expect(one).toBeDefined();
    for (const result of results) expect(result).toEqual(one);
  }
});

/** Another process that has inserted `otherEntry` and not committed yet. */
async function pending(other: Database, otherEntry: AnswerEntry) {
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
          otherEntry.tenantId,
          otherEntry.eventId,
          otherEntry.promptVersion,
          otherEntry.source,
          otherEntry.enrichment,
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
  ['is committed after the snapshot, that one is used', undefined, 'fallback'],
  ['is rolled back, its own is used', new Error('rolled back'), 'model'],
])('when another process inserts the row first and it %s', async (_what, error, source) => {
  const other = await pending(others[0] as Database, entry({ source: 'fallback' }));
  const mine = answers.save(entry());
  await eventually(waiting);
  other.end(error);
  await other.done;
  expect(await mine).toMatchObject({ source });
});

test('old answers are deleted in batches', async () => {
  for (let n = 0; n < 5; n += 1) await answers.save(entry({ eventId: `old-${n}` }));
  await corner.database.query(`update model_answer set created_at = now() - interval '30 days 1 minute'`);
  await answers.save(entry({ eventId: 'young' }));
  await age('young', 29);
  expect(await answers.purge(AbortSignal.abort(), 2)).toBe(2);
  expect(await answers.purge(undefined, 2)).toBe(3);
  expect(await corner.database.query('select event_id from model_answer')).toEqual([{ event_id: 'young' }]);
});
