// Every record of the dead-letter topic gets into the index, whoever wrote it and whatever it contains.
import { deadLetterHeaders as names, topics } from '@switchboard/contracts';
import type { InRecord } from '@switchboard/kafka';
import { quiet } from '@switchboard/testing';
import fc from 'fast-check';
import { freshTables } from '../test-tables.ts';
import { parseId } from './dead-letter.ts';
import { indexDeadRecords } from './dead-letter-index.ts';
import { headersFromJson, readDeadRecord } from './dead-record.ts';
import { searchDeadLetters } from './search-dead-letters.ts';
import { showDeadLetter } from './show-dead-letter.ts';

const ledger = freshTables();
const quietly = { ...quiet, error: () => undefined };

const letter = (more: Partial<InRecord> = {}): InRecord => ({
  topic: topics.deadLetters,
  partition: 3,
  offset: 9,
  key: null,
  value: null,
  headers: {},
  timestamp: 1_700_000_000_000,
  ...more,
});

test('a record without headers is indexed with unknown stage and code', () => {
  expect(readDeadRecord(letter())).toMatchObject({
    stage: 'unknown',
    code: 'unknown',
    attempts: 0,
    at: new Date(1_700_000_000_000),
    tenantId: null,
    originTopic: null,
    originPartition: null,
    headers: '{}',
  });
});

test.each([
  ['1600000000001', 1_600_000_000_001],
  ['-1', -1],
  ['yesterday', 1_700_000_000_000],
  ['1e99', 1_700_000_000_000],
  [undefined, 1_700_000_000_000],
])('a header %s for the original timestamp is read as %s', (said, timestampMs) => {
  expect(readDeadRecord(letter({ headers: { [names.timestamp]: said } }))).toMatchObject({ timestampMs });
});

test('invalid headers become values that the table accepts', () => {
  const headers = {
    [names.partition]: '99999999999',
    [names.offset]: '-1',
    [names.attempts]: 'many',
    [names.failedAt]: '2999-01-01T00:00:00Z',
    [names.stage]: `en\0richer${'x'.repeat(1000)}`,
    ce_tenantid: '\0',
  };
  const { at, stage, ...rest } = readDeadRecord(letter({ headers, timestamp: -5 }));
  expect(rest).toMatchObject({ originPartition: null, originOffset: null, attempts: 0, tenantId: null });
  expect(stage).toMatch(/^enricherx+$/);
  expect(stage).toHaveLength(500);
  expect(at.getTime()).toBeLessThanOrEqual(Date.now());
  expect(readDeadRecord(letter({ timestamp: -5 })).at).toEqual(new Date(0));
});

const bytes = fc.uint8Array({ maxLength: 12 }).map((some) => Buffer.from(some));
const value = fc.oneof(bytes, fc.constant(undefined), fc.array(bytes, { minLength: 2, maxLength: 3 }));
const names_ = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom(...Object.values(names), 'ce_id', '__proto__'),
);
const anyRecord = fc.record({
  key: fc.option(bytes),
  value: fc.option(bytes),
  headers: fc.array(fc.tuple(names_, value)).map((entries) => Object.fromEntries(entries)),
  timestamp: fc.integer({ min: -(2 ** 50), max: 2 ** 50 }),
});

test('any record is indexed, and its headers are read back unchanged', async () => {
  let offset = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(anyRecord, { minLength: 1, maxLength: 20 }), async (given) => {
      const records = given.map((one) => letter({ ...(one as Partial<InRecord>), offset: offset++ }));
      expect(await indexDeadRecords(ledger.db, records, quiet)).toHaveLength(records.length);
      const stored = await ledger.db.query<{ offset: number; key: unknown; value: unknown; headers: never }>(
        `select letter_offset as offset, key, value, headers from dead_record where letter_offset >= $1 order by 1`,
        [records[0]?.offset],
      );
      const ours = new Set<string>(Object.values(names));
      expect(stored.map((row) => ({ ...row, headers: headersFromJson(row.headers) }))).toEqual(
        records.map(({ offset: at, key, value: body, headers }) => ({
          offset: at,
          key,
          value: body,
          headers: Object.fromEntries(Object.entries(headers).filter(([name]) => !ours.has(name))),
        })),
      );
    }),
    { numRuns: 40 },
  );
  const { letters } = await searchDeadLetters(ledger.db, { kind: 'record' }, { limit: 1000 });
  expect(letters).toHaveLength(Math.min(offset, 1000));
});

test('a record with a header that Postgres refuses is indexed without its headers, and the others unchanged', async () => {
  await ledger.db.query(`alter table dead_letter add check (event_id <> 'odd')`);
  const errors: string[] = [];
  const logger = { ...quiet, error: (fields: object) => void errors.push(JSON.stringify(fields)) };
  const records = ['a', 'odd', 'b'].map((id, offset) =>
    letter({ offset, value: Buffer.from(id), headers: { ce_id: id } }),
  );
  expect(await indexDeadRecords(ledger.db, records, logger)).toEqual(records.map(() => ({ kind: 'done' })));
  const { letters } = await searchDeadLetters(ledger.db, {}, { limit: 10 });
  const bare = 'headers not shown: Postgres refuses a value in them (23514)';
  expect(letters.map(({ id, eventId, reason }) => [id, eventId, reason])).toEqual([
    ['k-3-2', 'b', 'unknown'],
    ['k-3-1', null, bare],
    ['k-3-0', 'a', 'unknown'],
  ]);
  expect(await showDeadLetter(ledger.db, parseId('k-3-1'), { body: true })).toMatchObject({
    body: Buffer.from('odd'),
    headers: {},
  });
  expect(errors).toEqual([expect.stringContaining('"offset":1')]);
});

test('a record that is refused even without its headers does not count as indexed', async () => {
  await ledger.db.query('alter table dead_letter add check (letter_offset <> 9)');
  await expect(indexDeadRecords(ledger.db, [letter()], quietly)).rejects.toMatchObject({ code: '23514' });
});

test('a missing table is logged as an error, not as the fault of a record', async () => {
  await ledger.db.query('drop table dead_record');
  await expect(indexDeadRecords(ledger.db, [letter()], quiet)).rejects.toMatchObject({
    code: 'POSTGRES_UNAVAILABLE',
  });
});
