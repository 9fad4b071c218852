// Adds a field to a JSON object without changing its other bytes. Parsing and serialising would change the sender's numbers,
// order, spelling and repeated keys.

const CLOSING_BRACE = 0x7d;
const OPENING_BRACE = 0x7b;

/**
 * `object` with `"name":json` as its last field. `object` must be the text of a JSON object, with or without white
 * space around it. If it has a field of that name already, parsers use the new one, because they take the last.
 */
export function splice(object: Buffer, name: string, json: string): Buffer {
  const brace = object.lastIndexOf(CLOSING_BRACE);
  const comma = isEmpty(object, brace) ? '' : ',';
  const field = Buffer.from(`${comma}${JSON.stringify(name)}:${json}`);
  return Buffer.concat([object.subarray(0, brace), field, object.subarray(brace)]);
}

/** Whether there is only white space between the opening and the closing brace. */
function isEmpty(object: Buffer, brace: number): boolean {
  let index = brace - 1;
  while (index > 0 && isWhiteSpace(object[index])) index -= 1;
  return object[index] === OPENING_BRACE && object.indexOf(OPENING_BRACE) === index;
}

function isWhiteSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}
