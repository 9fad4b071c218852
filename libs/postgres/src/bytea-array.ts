// Encodes byte strings as one parameter in Postgres's binary format. As text each byte would be two characters, encoded
// here and decoded by the server.

const BYTEA_OID = 17;
const HEAD_BYTES = 20;

/**
 * A parameter of type `bytea[]`. Format: dimensions, whether there are nulls, type of the elements, then length and
 * first index of the dimension, then each element after its length (`array_recv` of Postgres).
 */
export function byteaArray(values: readonly Buffer[]): Buffer {
  const size = values.reduce((sum, value) => sum + 4 + value.length, HEAD_BYTES);
  const bytes = Buffer.allocUnsafe(size);
  let at = 0;
  for (const field of [1, 0, BYTEA_OID, values.length, 1]) at = bytes.writeInt32BE(field, at);
  for (const value of values) {
    at = bytes.writeInt32BE(value.length, at);
    at += value.copy(bytes, at);
  }
  return bytes;
}
