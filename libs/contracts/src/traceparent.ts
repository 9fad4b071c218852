// Reads and writes the header `traceparent` (W3C Trace Context, section 3.2). The trace of an event is passed on from
// its sender to every system that is called for it.

/** Name of the header, in HTTP and in records. */
export const TRACEPARENT = 'traceparent';

const FORM = /^(?!ff)[0-9a-f]{2}-((?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2})(?:-|$)/;
const VERSION = '00';
const LENGTH = 55;

/** A header as version 00, which is the version that we write; undefined if the header is not valid. */
export function readTraceparent(text: string): string | undefined {
  const fields = FORM.exec(text)?.[1];
  // Later versions may have further fields; version 00 may not.
  if (fields === undefined || (text.startsWith(VERSION) && text.length !== LENGTH)) return undefined;
  return `${VERSION}-${fields}`;
}

/** The same trace with another caller in it: 8 bytes in hex, not all of them zero. */
export function traceparentFrom(traceparent: string, parentId: string): string {
  const [version, traceId, , flags] = traceparent.split('-');
  return [version, traceId, parentId, flags].join('-');
}
