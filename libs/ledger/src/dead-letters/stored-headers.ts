// Headers of a record as a column keeps them: name -> list of values in base64, so that the very bytes come out again.
import type { RawHeaders } from '@switchboard/contracts';

/** A value is null where the header had none. */
export type StoredHeaders = Readonly<Record<string, readonly (string | null)[]>>;

/** Headers as JSON, without those named. */
export function storeHeaders(headers: RawHeaders, without: ReadonlySet<string>): string {
  const kept = Object.keys(headers).filter((name) => !without.has(name));
  const stored = kept.map((name) => [
    name,
    [headers[name]].flat().map((value) => (value == null ? null : Buffer.from(value).toString('base64'))),
  ]);
  return JSON.stringify(Object.fromEntries(stored));
}

/** The headers as they were. */
export function readHeaders(stored: StoredHeaders): RawHeaders {
  const headers = Object.entries(stored).map(([name, values]) => {
    const bytes = values.map((value) => (value === null ? undefined : Buffer.from(value, 'base64')));
    return [name, bytes.length === 1 ? bytes[0] : bytes];
  });
  return Object.fromEntries(headers) as RawHeaders;
}
