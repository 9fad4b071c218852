// INT64 fields as JavaScript numbers: offsets and timestamps, exact up to 2^53. BigInt arithmetic costs more than the rest.

/** Reads an INT64. */
export function readInt64(bytes: Buffer, at: number): number {
  return bytes.readInt32BE(at) * 2 ** 32 + bytes.readUInt32BE(at + 4);
}

/** Writes a whole number as INT64. */
export function writeInt64(bytes: Buffer, at: number, value: number): void {
  bytes.writeInt32BE(Math.floor(value / 2 ** 32), at);
  bytes.writeUInt32BE(value >>> 0, at + 4);
}
