// kafkajs knows gzip alone. It still decodes the batches of transactions itself, so it gets our other decompressors.
import kafkajs from 'kafkajs';
import { decompress, LZ4, SNAPPY, ZSTD } from '../codec/decompress.ts';

/** Registers snappy, lz4 and zstd with kafkajs, for reading. */
export function installCompressionCodecs(): void {
  const registered = kafkajs.CompressionCodecs as Record<number, () => object>;
  for (const codec of [SNAPPY, LZ4, ZSTD]) {
    registered[codec] = () => ({
      decompress: (bytes: Buffer) => Promise.resolve(decompress(codec, bytes)),
      compress: () => Promise.reject(new Error(`compressing with codec ${codec}: we only read it`)),
    });
  }
}
