import { ATTRIBUTES_AT } from './batch-layout.ts';
import { decompress } from './decompress.ts';
import { readBatches } from './read-batches.ts';
import { writeBatch } from './write-batch.ts';

test('an unknown codec is an error with its number', () => {
  expect(() => decompress(5, Buffer.from('x'))).toThrow('compression codec 5 is unknown');
  const bytes = Buffer.alloc(1000);
  const record = { timestamp: 1, size: 100, content: { key: 'k', value: Buffer.from('v'), headers: {} } };
  const batch = bytes.subarray(0, writeBatch(bytes, 0, [record]));
  batch.writeInt16BE(6, ATTRIBUTES_AT);
  expect(() => readBatches(batch)).toThrow('compression codec 6 is unknown');
});

test('damaged bytes are an error, whatever the codec', () => {
  for (const codec of [1, 2, 3, 4]) expect(() => decompress(codec, Buffer.alloc(50, 7))).toThrow();
});
