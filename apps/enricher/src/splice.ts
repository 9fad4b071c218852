// Adds a field to a JSON object without changing its other bytes: the sender's numbers, order, spelling and repeated keys
// stay, which parsing and serialising would change.

const CLOSING_BRACE = 0x7d;
const OPENING_BRACE = 0x7b;

/**
 * `object` with `"name":json` as its last field. `object` must be the text of a JSON object, with or without white
 * space around it. A field of that name that stands already is hidden from parsers, which take the last.
 */
export function splice(object: Buffer, name: string, json: string): Buffer {
  const brace = object.lastIndexOf(CLOSING_BRACE);
  const comma = isEmpty(object, brace) ? '' : ',';
  const field = Buffer.from(`${comma}${JSON.stringify(name)}:${json}`);
  return Buffer.concat([object.subarray(0, brace), field, object.subarray(brace)]);
}

/** Nothing but white space between the opening brace and the closing one. */
function isEmpty(object: Buffer, brace: number): boolean {
  let index = brace - 1;
  while (index > 0 && isWhiteSpace(object[index])) index -= 1;
  return object[index] === OPENING_BRACE && object.indexOf(OPENING_BRACE) === index;
}

function isWhiteSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}
