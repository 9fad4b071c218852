import fc from 'fast-check';
import kafkajs from 'kafkajs';
import { partitionOf } from './partitioner.ts';

const metadata = Array.from({ length: 12 }, (_, partitionId) => ({
  partitionErrorCode: 0,
  partitionId,
  leader: 1,
  replicas: [1],
  isr: [1],
}));
const reference = kafkajs.Partitioners.DefaultPartitioner();
const theirs = (key: Buffer) =>
  reference({ topic: 't', partitionMetadata: metadata, message: { key, value: null } });

test('known keys get the partitions that the Java client gives them', () => {
  // From Kafka's own UtilsTest.testMurmur2, masked to positive and taken modulo 12.
  const known: [string, number][] = [
    ['21', -973932308],
    ['foobar', -790332482],
    ['a-little-bit-long-string', -985981536],
    ['a-little-bit-longer-string', -1486304829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
    ['abc', 479470107],
  ];
  for (const [key, hash] of known)
    expect([key, partitionOf(key, 12)]).toEqual([key, (hash & 0x7fffffff) % 12]);
});

test('any key gets the partition that kafkajs gives it', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
      expect(partitionOf(Buffer.from(bytes), 12)).toBe(theirs(Buffer.from(bytes)));
    }),
  );
});
