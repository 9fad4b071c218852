// Key to partition as every Kafka client does it (murmur2 of the Java client). Our own, because kafkajs computes it in
// BigInt arithmetic, which costs more than the rest of a send.

const M = 0x5bd1e995;

/** The partition of a key: the same for the same key on every client and every day. */
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
