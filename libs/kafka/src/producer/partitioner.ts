// Computes the partition of a key as every Kafka client does (murmur2 of the Java client). kafkajs does it in BigInt
// arithmetic, which costs more than the rest of a send.

const M = 0x5bd1e995;

/** The partition of a key; every client and every release must compute the same one. */
export function partitionOf(key: string | Buffer, partitions: number): number {
  return (murmur2(typeof key === 'string' ? Buffer.from(key) : key) & 0x7fffffff) % partitions;
}

function murmur2(data: Buffer): number {
  const { length } = data;
  const words = length & ~3;
  let h = 0x9747b28c ^ length;
  for (let i = 0; i < words; i += 4) {
    let k = Math.imul(data.readInt32LE(i), M);
    k = Math.imul(k ^ (k >>> 24), M);
    h = Math.imul(h, M) ^ k;
  }
  if (length > words) {
    h ^= data.readUIntLE(words, length - words);
    h = Math.imul(h, M);
  }
  h = Math.imul(h ^ (h >>> 13), M);
  return h ^ (h >>> 15);
}
