// Decompresses batches that other writers, or a topic's own `compression.type`, have compressed: gzip, snappy, lz4 and zstd.
// We write uncompressed. Source of the codec numbers and framings: Kafka's documentation ("Message Format"), the streams of
// snappy-java, the LZ4 frame format.
// eslint-disable-next-line @typescript-eslint/triple-slash-reference -- projects that only import us need it too
/// <reference path="./untyped-modules.d.ts" />
import * as zlib from 'node:zlib';
import { Decompress } from 'fzstd';
import lz4 from 'lz4js';
import snappy from 'snappyjs';
import { CODEC_MASK } from './batch-layout.ts';

/** Numbers of the codecs in a batch's attributes. */
export const GZIP = 1;
export const SNAPPY = 2;
export const LZ4 = 3;
export const ZSTD = 4;

/** Protects against decompression bombs: an honest batch has some MiB at most. */
const MAX_BYTES = 64 * 1024 * 1024;

const decompressors: Readonly<Record<number, (bytes: Buffer) => Buffer>> = {
  [GZIP]: (bytes) => zlib.gunzipSync(bytes, { maxOutputLength: MAX_BYTES }),
  [SNAPPY]: decompressSnappy,
  [LZ4]: decompressLz4,
  [ZSTD]: decompressZstd,
};

/** Decompresses the records of a batch with these attributes; throws for an unknown codec and for damaged bytes. */
export function decompress(attributes: number, bytes: Buffer): Buffer {
  const codec = attributes & CODEC_MASK;
  const decompressor = decompressors[codec];
  if (decompressor === undefined) throw new Error(`compression codec ${codec} is unknown`);
  return decompressor(bytes);
}

const SNAPPY_JAVA_MAGIC = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0]);
const SNAPPY_JAVA_HEADER_BYTES = 16;

/** Java writes blocks, each after its length; librdkafka writes a single bare block. */
function decompressSnappy(bytes: Buffer): Buffer {
  if (!bytes.subarray(0, SNAPPY_JAVA_MAGIC.length).equals(SNAPPY_JAVA_MAGIC))
    return snappy.uncompress(bytes, MAX_BYTES);
  const blocks: Buffer[] = [];
  let total = 0;
  for (let at = SNAPPY_JAVA_HEADER_BYTES; at < bytes.length; ) {
    const end = at + 4 + bytes.readInt32BE(at);
    if (end > bytes.length || end < at + 4) throw new RangeError('a snappy block ends outside its batch');
    const block = snappy.uncompress(bytes.subarray(at + 4, end), MAX_BYTES - total);
    total += block.length;
    blocks.push(block);
    at = end;
  }
  return Buffer.concat(blocks, total);
}

function decompressLz4(bytes: Buffer): Buffer {
  const bound = lz4.decompressBound(bytes);
  if (bound > MAX_BYTES) throw new RangeError(`an lz4 frame of ${bound} bytes is too large`);
  const target = Buffer.alloc(bound);
  return target.subarray(0, lz4.decompressFrame(bytes, target));
}

/** Uses Node's own zstd where it exists (22.15 and later): it is several times as fast. */
function decompressZstd(bytes: Buffer): Buffer {
  if ('zstdDecompressSync' in zlib) {
    const native = zlib.zstdDecompressSync as (bytes: Buffer, options: object) => Buffer;
    return native(bytes, { maxOutputLength: MAX_BYTES });
  }
  const parts: Uint8Array[] = [];
  let total = 0;
  const stream = new Decompress((part) => {
    total += part.length;
    if (total > MAX_BYTES) throw new RangeError(`a zstd frame of more than ${MAX_BYTES} bytes is too large`);
    parts.push(part);
  });
  stream.push(bytes, true);
  return Buffer.concat(parts, total);
}
