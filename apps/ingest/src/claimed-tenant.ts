// Finds the tenant that a body names, before the body is verified. It makes one pass over the bytes and no parsed copy of
// unverified input. The result is only a claim: the signature and the full parse decide later.

const NAME = Buffer.from('"tenant_id"');
/** Tenant ids are shorter; a longer one names no tenant. */
const MAX_ID_BYTES = 64;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPENING = new Set([0x7b, 0x5b]);
const CLOSING = new Set([0x7d, 0x5d]);

/**
 * The text of the first top-level field `tenant_id` that is a string without escapes; undefined when there is none. The
 * body may be anything, also no JSON.
 */
export function claimedTenant(body: Buffer): string | undefined {
  // For most bodies without the field a fast memory search is enough.
  if (!body.includes(NAME)) return undefined;
  let depth = 0;
  for (let at = 0; at < body.length; at += 1) {
    const byte = body[at] as number;
    if (byte === QUOTE) {
      const end = endOfString(body, at);
      if (depth === 1 && isName(body, at, end)) {
        const value = valueAfter(body, end);
        if (value !== undefined) return value;
      }
      at = end;
    } else if (OPENING.has(byte)) depth += 1;
    else if (CLOSING.has(byte)) depth -= 1;
  }
  return undefined;
}

/** The position of the closing quote of a string that begins at `at`; the end of the body when there is none. */
function endOfString(body: Buffer, at: number): number {
  let end = at + 1;
  while (end < body.length && body[end] !== QUOTE) end += body[end] === BACKSLASH ? 2 : 1;
  return end;
}

function isName(body: Buffer, from: number, end: number): boolean {
  return end - from + 1 === NAME.length && body.compare(NAME, 0, NAME.length, from, end + 1) === 0;
}

/** The string after a colon; undefined when something else follows, for example when the name was a value. */
function valueAfter(body: Buffer, nameEnd: number): string | undefined {
  const colon = skipSpace(body, nameEnd + 1);
  if (body[colon] !== 0x3a) return undefined;
  const from = skipSpace(body, colon + 1);
  if (body[from] !== QUOTE) return undefined;
  const text = body.subarray(from + 1, Math.min(from + MAX_ID_BYTES + 2, body.length));
  const length = text.indexOf(QUOTE);
  // A string that is too long or not closed is a claim too; it names no tenant.
  return text.subarray(0, length < 0 ? text.length : length).toString('latin1');
}

function skipSpace(body: Buffer, at: number): number {
  let next = at;
  while (body[next] === 0x20 || body[next] === 0x0a || body[next] === 0x0d || body[next] === 0x09) next += 1;
  return next;
}
