// The record batch codec, compared with kafkajs's own: for random records, each reads what the other writes.
import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import Decoder from 'kafkajs/src/protocol/decoder.js';
import decodeMessages from 'kafkajs/src/protocol/requests/fetch/v4/decodeMessages.js';
import { BATCH_OVERHEAD } from './batch-layout.ts';
import { crc32c } from './crc32c.ts';
import { readBatches } from './read-batches.ts';
import { type BatchRecord, type RecordParts, recordSize, writeBatch } from './write-batch.ts';
import { Reader, writeVarint } from './varint.ts';

type Given = RecordParts & { readonly timestamp: number };

const bytes = (options: fc.IntArrayConstraints = {}) => fc.uint8Array(options).map((one) => Buffer.from(one));
const name = fc.oneof(
  fc.constantFrom('ce_id', 'ce_type', 'constructor', '__proto__', 'toString', ''),
  fc.string({ unit: 'grapheme', maxLength: 20 }),
);
const value = fc.oneof(bytes({ maxLength: 100 }), fc.string({ unit: 'grapheme', maxLength: 100 }));
const record: fc.Arbitrary<Given> = fc.record({
  key: fc.option(value),
  value: fc.option(bytes({ maxLength: 20_000, size: '+1' })),
  headers: fc.dictionary(name, fc.oneof(value, fc.array(value, { minLength: 2, maxLength: 3 })), {
    maxKeys: 8,
  }),
  timestamp: fc.oneof(fc.integer({ min: 0, max: 2 ** 42 }), fc.constantFrom(0, 1_770_000_000_000)),
});

const sized = ({ timestamp, ...parts }: Given): BatchRecord => {
  return { timestamp, content: parts, size: recordSize(parts) };
};

/** One batch, written after other bytes, so that nothing depends on its position. */
function written(given: readonly Given[], firstOffset = 0): Buffer {
  const records = given.map(sized);
  const room = records.reduce((sum, { size }) => sum + size, BATCH_OVERHEAD);
  const target = Buffer.alloc(3 + room, 0xaa);
  const batch = target.subarray(3, writeBatch(target, 3, records));
  batch.writeBigInt64BE(BigInt(firstOffset));
  return batch;
}

/** What must be read: every text as bytes. */
const expected = (given: readonly Given[], firstOffset = 0) =>
  given.map(({ key, value: content, headers, timestamp }, index) => ({
    offset: firstOffset + index,
    timestamp,
    key: key === null ? null : Buffer.from(key),
    value: content,
    headers: Object.entries(headers).map(([each, text]) => [
      each,
      [text].flat().map((one) => Buffer.from(one ?? '')),
    ]),
  }));
const seen = (records: readonly (Given & { readonly offset: number })[]) =>
  records.map(({ offset, timestamp, key, value: content, headers }) => ({
    offset,
    timestamp,
    key,
    value: content,
    headers: Object.entries(headers).map(([each, text]) => [each, [text].flat()]),
  }));

function theirs(set: Buffer) {
  const framed = Buffer.concat([Buffer.alloc(4), set]);
  framed.writeInt32BE(set.length);
  return decodeMessages(new Decoder(framed));
}

test('random records are read as they were written', () => {
  fc.assert(
    fc.property(fc.array(record, { minLength: 1, maxLength: 20 }), fc.nat(2 ** 50), (given, offset) => {
      const read = readBatches(written(given, offset));
      expect(seen(read?.records ?? [])).toEqual(expected(given, offset));
      expect(read?.nextOffset).toBe(offset + given.length);
    }),
  );
});

test('kafkajs reads what we write', async () => {
  // Without header names that kafkajs confuses with inherited properties.
  const plain = record.filter(({ headers }) => Object.keys(headers).every((one) => !(one in {})));
  await fc.assert(
    fc.asyncProperty(fc.array(plain, { minLength: 1, maxLength: 20 }), async (given) => {
      const read = await theirs(written(given, 7));
      const like = read.map(({ offset, timestamp, key, value: content, headers = {} }) => ({
        offset: Number(offset),
        timestamp: Number(timestamp),
        key,
        value: content,
        headers,
      }));
      expect(seen(like)).toEqual(expected(given, 7));
    }),
  );
});

test('a header without a value is read as undefined', () => {
  const given = { key: null, value: null, headers: { empty: undefined, text: '' }, timestamp: 1 };
  const [read] = readBatches(written([given]))?.records ?? [];
  expect(read?.headers['empty']).toBeUndefined();
  expect(Object.keys(read?.headers ?? {})).toEqual(['empty', 'text']);
  expect(read?.headers['text']).toEqual(Buffer.from(''));
});

test('the checksum is that of RFC 3720, at any position in a buffer', () => {
  // Its appendix B.4: 32 bytes of zeros, of ones, rising, and falling.
  const rising = Buffer.from(Array.from({ length: 32 }, (_, index) => index));
  expect(crc32c(Buffer.alloc(32))).toBe(0x8a9136aa);
  expect(crc32c(Buffer.alloc(32, 0xff))).toBe(0x62a8ab43);
  expect(crc32c(rising)).toBe(0x46dd794e);
  expect(crc32c(Buffer.from(rising).reverse())).toBe(0x113fdb5c);
  fc.assert(
    fc.property(bytes({ maxLength: 300 }), fc.nat(20), fc.nat(20), (content, before, behind) => {
      const around = Buffer.concat([Buffer.alloc(before, 1), content, Buffer.alloc(behind, 2)]);
      let slow = -1;
      for (const byte of content) {
        slow ^= byte;
        for (let bit = 0; bit < 8; bit += 1) slow = slow & 1 ? (slow >>> 1) ^ 0x82f63b78 : slow >>> 1;
      }
      expect(crc32c(around, before, before + content.length)).toBe((slow ^ -1) >>> 0);
    }),
  );
});

test('varints of any size are read as they were written', () => {
  fc.assert(
    fc.property(fc.integer({ min: -(2 ** 51), max: 2 ** 51 }), (number) => {
      const target = Buffer.alloc(10);
      const end = writeVarint(target, 0, number);
      const reader = new Reader(target.subarray(0, end));
      expect([reader.varint(), reader.at]).toEqual([number, end]);
    }),
  );
  for (const number of [0, -1, 63, 64, -64, -65, 2 ** 30, 2 ** 31, -(2 ** 31), 2 ** 45]) {
    const target = Buffer.alloc(10);
    expect(new Reader(target.subarray(0, writeVarint(target, 0, number))).varint()).toBe(number);
  }
});

test('a batch that is cut off is left for the next fetch', () => {
  const first = written([{ key: 'a', value: Buffer.from('1'), headers: {}, timestamp: 5 }], 10);
  const second = written([{ key: 'b', value: Buffer.from('2'), headers: {}, timestamp: 6 }], 11);
  for (let length = 0; length < second.length; length += 1) {
    const read = readBatches(Buffer.concat([first, second.subarray(0, length)]));
    expect(read?.records.map(({ offset }) => offset)).toEqual([10]);
    expect(read?.nextOffset).toBe(11);
  }
  expect(readBatches(first.subarray(0, 20))).toEqual({ records: [], nextOffset: undefined });
});

test('transactional batches, control batches and old formats are left to kafkajs', () => {
  const batch = written([{ key: 'a', value: Buffer.from('1'), headers: {}, timestamp: 5 }]);
  for (const attributes of [0x10, 0x14, 0x20]) {
    const other = Buffer.from(batch);
    other.writeInt16BE(attributes, 21);
    expect(readBatches(other)).toBeUndefined();
  }
  const old = Buffer.from(batch);
  old[16] = 1;
  expect(readBatches(old)).toBeUndefined();
});

test("the broker's timestamp is used where the topic says so", () => {
  const batch = written([{ key: null, value: null, headers: {}, timestamp: 5 }]);
  batch.writeInt16BE(0x08, 21);
  batch.writeBigInt64BE(99n, 35);
  expect(readBatches(batch)?.records[0]?.timestamp).toBe(99);
});

test('bytes that end too early are an error, not an endless loop', () => {
  const batch = written([{ key: 'key', value: Buffer.from('value'), headers: { h: 'x' }, timestamp: 5 }]);
  batch.writeInt32BE(3, 57);
  expect(() => readBatches(batch)).toThrow(RangeError);
});

test('the codec imports neither kafkajs nor I/O, nor anything else of this library', () => {
  const folder = new URL('.', import.meta.url);
  const sources = readdirSync(folder).filter((file) => !file.endsWith('.spec.ts'));
  const imports = sources.flatMap((file) =>
    [...readFileSync(new URL(file, folder), 'utf8').matchAll(/ from '([^']+)'/g)].map(
      ([, name]) => name ?? '',
    ),
  );
  expect(imports.length).toBeGreaterThan(10);
  const outside = imports.filter((name) => !name.startsWith('./'));
  expect([...new Set(outside)].sort()).toEqual([
    '@switchboard/contracts',
    'fzstd',
    'lz4js',
    'node:zlib',
    'snappyjs',
  ]);
});
