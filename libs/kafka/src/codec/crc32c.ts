// CRC-32C (Castagnoli, RFC 3720 B.4), the checksum of a record batch. It takes sixteen bytes per step, over aligned words:
// one byte per step would cost more than the rest of encoding a batch.

const POLYNOMIAL = 0x82f63b78;
const STEP = 16;
const T = makeTables();

/** The checksum of `bytes[from..to)` as an unsigned 32-bit number. */
export function crc32c(bytes: Uint8Array, from = 0, to = bytes.length): number {
  const { buffer, byteOffset } = bytes;
  const aligned = Math.min(to, from + ((4 - ((byteOffset + from) & 3)) & 3));
  const steps = Math.floor((to - aligned) / STEP);
  const words = new Int32Array(buffer, byteOffset + (steps > 0 ? aligned : -byteOffset), steps * 4);
  let crc = bytewise(-1, bytes, from, aligned);
  for (let at = 0; at < words.length; at += 4) {
    const a = crc ^ at32(words, at);
    const b = at32(words, at + 1);
    const c = at32(words, at + 2);
    const d = at32(words, at + 3);
    crc =
      at32(T, 3840 + (a & 0xff)) ^
      at32(T, 3584 + ((a >>> 8) & 0xff)) ^
      at32(T, 3328 + ((a >>> 16) & 0xff)) ^
      at32(T, 3072 + (a >>> 24)) ^
      at32(T, 2816 + (b & 0xff)) ^
      at32(T, 2560 + ((b >>> 8) & 0xff)) ^
      at32(T, 2304 + ((b >>> 16) & 0xff)) ^
      at32(T, 2048 + (b >>> 24)) ^
      at32(T, 1792 + (c & 0xff)) ^
      at32(T, 1536 + ((c >>> 8) & 0xff)) ^
      at32(T, 1280 + ((c >>> 16) & 0xff)) ^
      at32(T, 1024 + (c >>> 24)) ^
      at32(T, 768 + (d & 0xff)) ^
      at32(T, 512 + ((d >>> 8) & 0xff)) ^
      at32(T, 256 + ((d >>> 16) & 0xff)) ^
      at32(T, d >>> 24);
  }
  return (bytewise(crc, bytes, aligned + steps * STEP, to) ^ -1) >>> 0;
}

function bytewise(start: number, bytes: Uint8Array, from: number, to: number): number {
  let crc = start;
  for (let at = from; at < to; at += 1) crc = (crc >>> 8) ^ at32(T, (crc ^ (bytes[at] as number)) & 0xff);
  return crc;
}

function at32(words: Int32Array, at: number): number {
  return words[at] as number;
}

/** Table n holds the effect of a byte on the checksum after n more zero bytes. */
function makeTables(): Int32Array {
  const all = new Int32Array(STEP * 256);
  for (let byte = 0; byte < 256; byte += 1) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1;
    all[byte] = crc;
  }
  for (let at = 256; at < all.length; at += 1) {
    const before = at32(all, at - 256);
    all[at] = (before >>> 8) ^ at32(all, before & 0xff);
  }
  return all;
}
