// Reads what other writers, or a topic's own `compression.type`, have compressed: gzip, snappy, lz4 and zstd. We write
// uncompressed. Source of the numbers and framings: Kafka's documentation ("Message Format"), the streams of snappy-java,
// the LZ4 frame.
// eslint-disable-next-line @typescript-eslint/triple-slash-reference -- projects that only import us need it too
/// <reference path="./internals.d.ts" />
import * as zlib from 'node:zlib';
import { Decompress } from 'fzstd';
import kafkajs from 'kafkajs';
import lz4 from 'lz4js';
import snappy from 'snappyjs';

const GZIP = 1;
const SNAPPY = 2;
const LZ4 = 3;
const ZSTD = 4;

/** Where the number of the codec stands in a batch's attributes. */
export const CODEC_MASK = 0x07;

/** A batch has at most some MiB; one that grows beyond this is no honest batch. */
const MOST_BYTES = 64 * 1024 * 1024;

const codecs: Readonly<Record<number, (bytes: Buffer) => Buffer>> = {
  [GZIP]: (bytes) => zlib.gunzipSync(bytes, { maxOutputLength: MOST_BYTES }),
  [SNAPPY]: unpackSnappy,
  [LZ4]: unpackLz4,
  [ZSTD]: unpackZstd,
};

/** Decompresses the records of a batch with these attributes; throws for a codec we do not know and for damaged bytes. */
export function decompress(attributes: number, bytes: Buffer): Buffer {
  const codec = attributes & CODEC_MASK;
  const unpack = codecs[codec];
  if (unpack === undefined)
    throw new Error(`its compression codec has the number ${codec}, which is not known`);
  return unpack(bytes);
}

/** For the batches that kafkajs reads itself: those of transactions. */
export function installCodecs(): void {
  const registered = kafkajs.CompressionCodecs as Record<number, () => object>;
  for (const codec of [SNAPPY, LZ4, ZSTD]) {
    registered[codec] = () => ({
      decompress: (bytes: Buffer) => Promise.resolve(decompress(codec, bytes)),
      compress: () => Promise.reject(new Error(`compressing with codec ${codec}: we only read it`)),
    });
  }
}

const SNAPPY_JAVA = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0]);
const SNAPPY_JAVA_HEADER = 16;

/** Blocks with their lengths in front, as Java writes them, or a single bare block, as librdkafka does. */
function unpackSnappy(bytes: Buffer): Buffer {
  if (!bytes.subarray(0, SNAPPY_JAVA.length).equals(SNAPPY_JAVA)) return snappy.uncompress(bytes, MOST_BYTES);
  const blocks: Buffer[] = [];
  let total = 0;
  for (let at = SNAPPY_JAVA_HEADER; at < bytes.length; ) {
    const end = at + 4 + bytes.readInt32BE(at);
    if (end > bytes.length || end < at + 4) throw new RangeError('a snappy block ends behind its batch');
    const block = snappy.uncompress(bytes.subarray(at + 4, end), MOST_BYTES - total);
    total += block.length;
    blocks.push(block);
    at = end;
  }
  return Buffer.concat(blocks, total);
}

function unpackLz4(bytes: Buffer): Buffer {
  const most = lz4.decompressBound(bytes);
  if (most > MOST_BYTES) throw new RangeError(`an lz4 frame of ${most} bytes is too large`);
  const room = Buffer.alloc(most);
  return room.subarray(0, lz4.decompressFrame(bytes, room));
}

/** Node's own where there is one (22.15 and later): several times as fast. */
function unpackZstd(bytes: Buffer): Buffer {
  if ('zstdDecompressSync' in zlib) {
    const native = zlib.zstdDecompressSync as (bytes: Buffer, options: object) => Buffer;
    return native(bytes, { maxOutputLength: MOST_BYTES });
  }
  const parts: Uint8Array[] = [];
  let total = 0;
  const stream = new Decompress((part) => {
    total += part.length;
    if (total > MOST_BYTES)
      throw new RangeError(`a zstd frame of more than ${MOST_BYTES} bytes is too large`);
    parts.push(part);
  });
  stream.push(bytes, true);
  return Buffer.concat(parts, total);
}
