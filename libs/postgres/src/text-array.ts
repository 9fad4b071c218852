// Encodes an array as one parameter in Postgres's text format. `pg` makes two replacements per value and appends to one
// string, which was the largest part of the garbage of a busy sink.

/** The values that are encoded here. Others (dates, buffers, nested arrays) are left to `pg`. */
type PlainValue = string | number | boolean | null;

const SPECIAL = /["\\]/;

/** The text of an array, as `array_in` of Postgres reads it; undefined when it holds other than plain values. */
export function textArray(values: readonly unknown[]): string | undefined {
  return values.every(isPlain) ? `{${values.map(element).join(',')}}` : undefined;
}

function isPlain(value: unknown): value is PlainValue {
  return (
    value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
  );
}

function element(value: PlainValue): string {
  if (value === null) return 'NULL';
  if (typeof value !== 'string') return String(value);
  return SPECIAL.test(value) ? `"${value.replace(/["\\]/g, '\\$&')}"` : `"${value}"`;
}
