// What Postgres takes of a text: everything but NUL, in jsonb no half of a surrogate pair either. Whoever answers us may
// send both.

/** The text without what Postgres refuses, cut to so many characters. */
export function storableText(text: string, most = Number.POSITIVE_INFINITY): string {
  // Through UTF-8 and back: a half of a pair becomes a replacement character.
  return Buffer.from(text.slice(0, most)).toString().replaceAll('\0', '');
}

/**
 * JSON of a value whose texts and keys Postgres takes, for a parameter of type jsonb. Of two keys that are the same
 * without what it refuses, the later one stays.
 */
export function storableJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => {
    if (typeof part === 'string') return storableText(part);
    if (typeof part !== 'object' || part === null || Array.isArray(part)) return part;
    if (Object.keys(part).every((key) => storableText(key) === key)) return part;
    return Object.fromEntries(Object.entries(part).map(([key, inner]) => [storableText(key), inner]));
  });
}
