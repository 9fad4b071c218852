// The trace that an event belongs to, passed on from its sender to whoever is called on its account: W3C Trace Context,
// section 3.2, header `traceparent`.

/** Name of the header, in HTTP and in records. */
export const TRACEPARENT = 'traceparent';

const FORM = /^(?!ff)[0-9a-f]{2}-((?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2})(?:-|$)/;
const VERSION = '00';
const LENGTH = 55;

/** What a header says, in version 00, which is what we write; undefined where it says nothing that can be passed on. */
export function readTraceparent(text: string): string | undefined {
  const told = FORM.exec(text)?.[1];
  // Later versions may go on after what is known of them, this one may not.
  if (told === undefined || (text.startsWith(VERSION) && text.length !== LENGTH)) return undefined;
  return `${VERSION}-${told}`;
}

/** The same trace with another caller in it: 8 bytes in hex, not all of them zero. */
export function traceparentFrom(traceparent: string, parentId: string): string {
  const [version, traceId, , flags] = traceparent.split('-');
  return [version, traceId, parentId, flags].join('-');
}
