// Kafka's variable-length integers: zigzag, seven bits per byte, lowest bits first (protocol guide, "Protocol Primitive
// Types"; the same encoding as in Protocol Buffers).

const TWO_31 = 2 ** 31;

/** Writes a signed integer and returns the position after it. Exact from -2^52 to 2^52. */
export function writeVarint(bytes: Buffer, at: number, value: number): number {
  let next = at;
  if (value >= -TWO_31 / 2 && value < TWO_31 / 2) {
    let rest = ((value << 1) ^ (value >> 31)) >>> 0;
    while (rest > 0x7f) {
      bytes[next++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    bytes[next++] = rest;
    return next;
  }
  let rest = value < 0 ? -2 * value - 1 : 2 * value;
  while (rest > 0x7f) {
    bytes[next++] = (rest % 128) | 0x80;
    rest = Math.floor(rest / 128);
  }
  bytes[next++] = rest;
  return next;
}

/** The number of bytes that writeVarint() writes for a value from 0 to 2^30. */
export function varintSize(value: number): number {
  if (value < 1 << 6) return 1;
  if (value < 1 << 13) return 2;
  if (value < 1 << 20) return 3;
  return value < 1 << 27 ? 4 : 5;
}

/** Reads bytes from a position onwards; throws RangeError at their end. */
export class Reader {
  readonly bytes: Buffer;
  at: number;

  constructor(bytes: Buffer, at = 0) {
    this.bytes = bytes;
    this.at = at;
  }

  /** A signed integer as writeVarint() writes it. */
  varint(): number {
    const first = this.#byte();
    if (first < 0x80) return (first >>> 1) ^ -(first & 1);
    const second = this.#byte();
    if (second < 0x80) {
      const rest = (first & 0x7f) | (second << 7);
      return (rest >>> 1) ^ -(rest & 1);
    }
    let rest = (first & 0x7f) + (second & 0x7f) * 0x80;
    for (let weight = 0x4000; ; weight *= 0x80) {
      const byte = this.#byte();
      rest += (byte & 0x7f) * weight;
      if (byte < 0x80) break;
    }
    return rest % 2 === 0 ? rest / 2 : -(rest + 1) / 2;
  }

  /** Length-prefixed bytes, as a view and not a copy; null for a length of -1. */
  prefixedBytes(): Buffer | null {
    const length = this.varint();
    if (length < 0) return null;
    const from = this.at;
    this.at += length;
    if (this.at > this.bytes.length)
      throw new RangeError('reading a record: the bytes end before the record does');
    return this.bytes.subarray(from, this.at);
  }

  /** Skips length-prefixed bytes. */
  skip(): void {
    const length = this.varint();
    if (length > 0) this.at += length;
  }

  nextBytesAre(wanted: Buffer): boolean {
    for (let index = 0; index < wanted.length; index += 1) {
      if (this.bytes[this.at + index] !== wanted[index]) return false;
    }
    return true;
  }

  #byte(): number {
    const byte = this.bytes[this.at++];
    if (byte === undefined) throw new RangeError('reading a record: the bytes end before the record does');
    return byte;
  }
}
