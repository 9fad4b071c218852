// Text of strangers on its way into markup (Slack's mrkdwn, HTML): escaped, and cut where it is too long.

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };
const ELLIPSIS = '…';

/**
 * Escapes `&`, `<` and `>` and cuts the result to `maxLength` characters, the ellipsis included. It is cut after
 * escaping, because limits count what is sent, and never inside an entity or a surrogate pair.
 */
export function escapeMarkup(text: string, maxLength = Number.POSITIVE_INFINITY): string {
  const escaped = text.replace(/[&<>]/g, (character) => ENTITIES[character] ?? character);
  if (escaped.length <= maxLength) return escaped;
  const room = escaped.slice(0, maxLength - ELLIPSIS.length);
  return room.replace(/(?:&[a-z]*|[\ud800-\udbff])$/, '') + ELLIPSIS;
}
