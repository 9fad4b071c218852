// Removes from texts what Postgres does not accept: NUL characters, and half surrogate pairs in jsonb. Answers of vendors may
// contain both.

/** The text without what Postgres refuses, limited to `maxLength` UTF-16 code units. */
export function sanitizeText(text: string, maxLength = Number.POSITIVE_INFINITY): string {
  // The conversion to UTF-8 and back turns half a surrogate pair into a replacement character.
  return Buffer.from(text.slice(0, maxLength)).toString().replaceAll('\0', '');
}

/**
 * The value as JSON for a jsonb parameter, with all texts and keys sanitized. When two keys become the same, the later one
 * stays.
 */
export function sanitizedJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => {
    if (typeof part === 'string') return sanitizeText(part);
    if (typeof part !== 'object' || part === null || Array.isArray(part)) return part;
    if (Object.keys(part).every((key) => sanitizeText(key) === key)) return part;
    return Object.fromEntries(Object.entries(part).map(([key, inner]) => [sanitizeText(key), inner]));
  });
}
