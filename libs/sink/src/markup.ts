// Escapes text of unknown origin for markup (Slack's mrkdwn, HTML) and cuts it to a maximum length.

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };
const ELLIPSIS = '…';

/**
 * Escapes `&`, `<` and `>` and cuts the result to `maxLength` characters, with the ellipsis. It is cut after escaping,
 * because vendors' limits count what is sent; never inside an entity or a surrogate pair.
 */
export function escapeMarkup(text: string, maxLength = Number.POSITIVE_INFINITY): string {
  const escaped = text.replace(/[&<>]/g, (character) => ENTITIES[character] ?? character);
  if (escaped.length <= maxLength) return escaped;
  const room = escaped.slice(0, maxLength - ELLIPSIS.length);
  return room.replace(/(?:&[a-z]*|[\ud800-\udbff])$/, '') + ELLIPSIS;
}
