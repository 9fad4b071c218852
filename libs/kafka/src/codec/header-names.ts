// Caches the few header names that every record repeats, as text and as bytes.

const MAX_CACHED = 256;

const known = new Map<string, Buffer>();
const slots: ({ readonly bytes: Buffer; readonly name: string } | undefined)[] = new Array(MAX_CACHED);

/** A header's name as UTF-8. */
export function nameBytes(name: string): Buffer {
  const found = known.get(name);
  if (found) return found;
  const bytes = Buffer.from(name);
  if (known.size < MAX_CACHED) known.set(name, bytes);
  return bytes;
}

/** The header name at `bytes[from..to)`. */
export function nameAt(bytes: Buffer, from: number, to: number): string {
  const first = bytes[from] ?? 0;
  const last = bytes[to - 1] ?? 0;
  const slot = (first * 31 + last * 7 + (to - from)) & (MAX_CACHED - 1);
  const found = slots[slot];
  if (found && same(found.bytes, bytes, from, to)) return found.name;
  const name = bytes.toString('utf8', from, to);
  slots[slot] = { bytes: Buffer.from(bytes.subarray(from, to)), name };
  return name;
}

function same(name: Buffer, bytes: Buffer, from: number, to: number): boolean {
  if (name.length !== to - from) return false;
  for (let at = from; at < to; at += 1) if (name[at - from] !== bytes[at]) return false;
  return true;
}
