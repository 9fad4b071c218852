// Brings emails and phone numbers, as people and mail programs write them, into the plain form that other systems
// accept.

/** Characters without a width. Copying and pasting leaves them behind. */
const INVISIBLE = /[\u200b-\u200d\u2060\ufeff]/g;
/** `Ada <ada@example.com>`, with or without quotes around the name (RFC 5322, section 3.4). */
const WITH_NAME = /^[^<>]*<([^<>]+)>$/;
const SCHEME = /^(?:mailto|tel):/i;
/** A host name alone. With a port, path or user in it, `new URL` would read those as parts of the URL. */
const HOST = /^[^\s/?#@:[\]\\]+$/;

/**
 * An email without blanks, display name and `mailto:` around it. A domain with letters beyond ASCII becomes punycode;
 * upper and lower case stay. A text that is not an email is only trimmed: the caller checks it.
 */
export function normalEmail(text: string): string {
  const plain = visible(text);
  const address = visible(WITH_NAME.exec(plain)?.[1] ?? plain).replace(SCHEME, '');
  const at = address.lastIndexOf('@');
  return at === -1 ? address : `${address.slice(0, at)}@${asciiHost(address.slice(at + 1))}`;
}

/** A phone number without blanks and `tel:` around it. */
export function normalPhone(text: string): string {
  return visible(text).replace(SCHEME, '');
}

function visible(text: string): string {
  return text.replace(INVISIBLE, '').trim();
}

function asciiHost(host: string): string {
  if (/^[!-~]*$/.test(host) || !HOST.test(host)) return host;
  return URL.canParse(`http://${host}`) ? new URL(`http://${host}`).hostname : host;
}
