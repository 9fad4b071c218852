// Emails and phone numbers as people and mail programs write them, in the plain form that other systems take.

/** Characters without a width, which copying and pasting leaves behind. */
const INVISIBLE = /[\u200b-\u200d\u2060\ufeff]/g;
/** `Ada <ada@example.com>`, with or without quotes around the name (RFC 5322, section 3.4). */
const WITH_NAME = /^[^<>]*<([^<>]+)>$/;
const SCHEME = /^(?:mailto|tel):/i;
/** What may stand in a host name; no port, path or user, which a URL would take for its own. */
const HOST = /^[^\s/?#@:[\]\\]+$/;

/**
 * An email without what surrounds it: blanks, a display name, `mailto:`; a domain in letters beyond ASCII becomes
 * punycode. The case stays. What is no email comes back trimmed: the caller judges it.
 */
export function normalEmail(text: string): string {
  const plain = visible(text);
  const address = visible(WITH_NAME.exec(plain)?.[1] ?? plain).replace(SCHEME, '');
  const at = address.lastIndexOf('@');
  return at === -1 ? address : `${address.slice(0, at)}@${asciiHost(address.slice(at + 1))}`;
}

/** A phone number without what surrounds it: blanks, `tel:`. */
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
