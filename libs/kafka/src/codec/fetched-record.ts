// A record as a range of the fetched bytes. Most parts are never read (a router reads one header of six and neither key nor
// value), so they become objects only on request.
import type { RawHeaders } from '@switchboard/contracts';
import { nameAt, nameBytes } from './header-names.ts';
import { Reader } from './varint.ts';

/** An object that inherits nothing: a header may be called "constructor" or "__proto__". */
const Headers = function () {} as unknown as new () => RawHeaders;
Headers.prototype = Object.create(null);

export class FetchedRecord {
  readonly offset: number;
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
  /** The fetched bytes. Key, value and headers stand in them one after the other, from `keyAt` to `end`. */
  readonly bytes: Buffer;
  readonly keyAt: number;
  readonly valueAt: number;
  readonly headersAt: number;
  readonly end: number;

  /** @param keyAt position of the key's length. Throws RangeError when the record is not whole. */
  constructor(offset: number, timestamp: number, bytes: Buffer, keyAt: number, end: number) {
    if (end > bytes.length) throw new RangeError('reading a record: the bytes end before the record does');
    this.offset = offset;
    this.timestamp = timestamp;
    this.bytes = bytes;
    this.keyAt = keyAt;
    this.end = end;
    const reader = new Reader(bytes, keyAt);
    reader.skip();
    this.valueAt = reader.at;
    reader.skip();
    this.headersAt = reader.at;
  }

  get key(): Buffer | null {
    return new Reader(this.bytes, this.keyAt).prefixedBytes();
  }

  get value(): Buffer | null {
    return new Reader(this.bytes, this.valueAt).prefixedBytes();
  }

  /** Undefined when there is no value. */
  get valueLength(): number | undefined {
    const length = new Reader(this.bytes, this.valueAt).varint();
    return length < 0 ? undefined : length;
  }

  /** A repeated header is an array; a header without a value is present as undefined. */
  get headers(): RawHeaders {
    const headers = new Headers();
    const reader = new Reader(this.bytes, this.headersAt);
    for (let left = reader.varint(); left > 0; left -= 1) {
      const length = reader.varint();
      const name = nameAt(reader.bytes, reader.at, reader.at + length);
      reader.at += length;
      const value = reader.prefixedBytes() ?? undefined;
      if (name in headers) headers[name] = [headers[name], value].flat() as Buffer[];
      else headers[name] = value;
    }
    return headers;
  }

  /** The first header of this name as text; undefined when it is missing or empty. */
  header(name: string): string | undefined {
    const reader = new Reader(this.bytes, this.headersAt);
    const size = this.#find(name, reader);
    return size > 0 ? this.bytes.toString('utf8', reader.at, reader.at + size) : undefined;
  }

  /** Whether there is a header of this name that is not empty. */
  hasHeader(name: string): boolean {
    return this.#find(name, new Reader(this.bytes, this.headersAt)) > 0;
  }

  /** Moves the reader to the value of the first header of this name and returns the value's length; 0 when it is missing. */
  #find(name: string, reader: Reader): number {
    const wanted = nameBytes(name);
    for (let left = reader.varint(); left > 0; left -= 1) {
      const length = reader.varint();
      const found = length === wanted.length && reader.nextBytesAre(wanted);
      reader.at += length;
      if (found) return reader.varint();
      reader.skip();
    }
    return 0;
  }
}
