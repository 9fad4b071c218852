// What Postgres takes of a text: everything but NUL, in jsonb no half of a surrogate pair either. Whoever answers us may
// send both.

/** The text without what Postgres refuses, cut to so many characters. */
export function storableText(text: string, most = Number.POSITIVE_INFINITY): string {
  // Through UTF-8 and back: a half of a pair becomes a replacement character.
  return Buffer.from(text.slice(0, most)).toString().replaceAll('\0', '');
}

/** JSON of a value whose texts Postgres takes, for a parameter of type jsonb. */
export function storableJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'string' ? storableText(part) : part,
  );
}
