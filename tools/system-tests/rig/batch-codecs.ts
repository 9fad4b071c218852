// Reads from the broker's files how the batches of a topic are compressed, because a client does not show it.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** By the numbers of Kafka's message format. */
const CODECS = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const;

/** A codec that batches can be compressed with. */
export type Codec = (typeof CODECS)[number];

/** In a batch: where the length of what follows it stands, and where its attributes do. */
const LENGTH = 8;
const FOLLOWS = 12;
const ATTRIBUTES = 21;
const CODEC_MASK = 0x07;

/** How many batches of each codec a broker that keeps its data in `folder` has of a topic, by its name there. */
export function batchCodecs(folder: string, topic: string): Map<Codec, number> {
  const found = new Map<Codec, number>();
  for (const partition of readdirSync(folder)) {
    if (partition.replace(/-\d+$/, '') !== topic) continue;
    const segments = readdirSync(join(folder, partition)).filter((file) => file.endsWith('.log'));
    for (const segment of segments) count(readFileSync(join(folder, partition, segment)), found);
  }
  return found;
}

/** A batch that is being written ends behind the file, and is left out. */
function count(bytes: Buffer, found: Map<Codec, number>): void {
  let at = 0;
  while (at + FOLLOWS <= bytes.length) {
    const end = at + FOLLOWS + bytes.readInt32BE(at + LENGTH);
    if (end > bytes.length || end <= at + ATTRIBUTES) return;
    const codec = CODECS[bytes.readInt16BE(at + ATTRIBUTES) & CODEC_MASK];
    if (codec === undefined) throw new RangeError(`reading batches: a codec without a name, at ${at}`);
    found.set(codec, (found.get(codec) ?? 0) + 1);
    at = end;
  }
}
