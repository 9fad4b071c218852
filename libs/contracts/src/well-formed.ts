// Reads and writes JSON without halves of surrogate pairs. Senders cut texts in the middle of an emoji, and RFC 8259
// lets them write the half that is left. UTF-8 has no such character: strict servers, Postgres and `encodeURIComponent`
// refuse it. Here it becomes the replacement character.

const REPLACEMENT = '\ufffd';
/** An escaped backslash, a pair, or a half. Only the last one is replaced. */
const ESCAPES =
  /\\\\|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[dD][89a-fA-F][0-9a-fA-F]{2}/g;
const HALF_LENGTH = '\\ud800'.length;

/** Parses JSON; its texts and keys are well-formed. Throws SyntaxError as `JSON.parse` does. */
export function parseJson(text: string): unknown {
  return JSON.parse(withoutHalves(text));
}

/** Writes JSON as `JSON.stringify` does; its texts and keys are well-formed. */
export function writeJson(value: unknown): string {
  const text = JSON.stringify(value) as string | undefined;
  // ECMA-262: `JSON.stringify` writes a half as an escape, and a whole pair as it is.
  return text === undefined ? 'null' : withoutHalves(text);
}

function withoutHalves(text: string): string {
  // Fast path: nearly all texts have no halves.
  if (!text.includes('\\ud') && !text.includes('\\uD')) return text;
  return text.replace(ESCAPES, (escape) => (escape.length === HALF_LENGTH ? REPLACEMENT : escape));
}
