// Stores every request to a vendor, in order of arrival. Each is stored as the JSON bytes of the list: so 200,000 of
// them cost the garbage collector little, and a list only joins bytes.
import type { VendorName } from './vendor.ts';

const MAX_RECORDS = 200_000;
const MAX_BYTES = 256 * 1024 * 1024;

/** How a request ended: the status of its answer, or what happened to the connection. */
export type Ending = number | 'reset' | 'hang';

export interface Arrival {
  vendor: VendorName;
  method: string;
  /** The request target as received, with its query. */
  path: string;
  headers: unknown;
  /** JSON text, which is listed as JSON, or any other text. */
  body: { json: string } | { text: string } | undefined;
  status: Ending;
  /** Whether the vendor accepted the request. Then the effect exists, whatever the caller got as an answer. */
  effect: boolean;
}

interface Kept {
  vendor: VendorName;
  bytes: Buffer;
}

/** The list of requests, with a maximum length. */
export class Journal {
  private readonly kept = new Map<number, Kept>();
  private bytes = 0;
  private next = 0;
  private readonly counts = new Map<VendorName, number>();

  constructor(
    private readonly maxRecords = MAX_RECORDS,
    private readonly maxBytes = MAX_BYTES,
  ) {}

  add(arrival: Arrival): void {
    const { vendor, method, path, headers, status, effect, body } = arrival;
    const index = this.next++;
    const head = JSON.stringify({
      index,
      vendor,
      at: new Date().toISOString(),
      method,
      path,
      headers,
      status,
      effect,
    });
    const bodyJson = !body ? 'null' : 'json' in body ? body.json : JSON.stringify(body.text);
    const bytes = Buffer.from(`${head.slice(0, -1)},"body":${bodyJson}}`);
    this.kept.set(index, { vendor, bytes });
    this.bytes += bytes.length;
    this.counts.set(vendor, this.count(vendor) + 1);
    for (const oldest of this.kept.keys()) {
      if (this.kept.size <= this.maxRecords && this.bytes <= this.maxBytes) break;
      this.drop(oldest);
    }
  }

  /** A JSON array in pieces: the records of a vendor, or of all, from index `since` on. */
  *list(vendor: VendorName | undefined, since: number): Generator<Buffer> {
    let separator = '[';
    for (const [index, record] of [...this.kept]) {
      if (index < since || (vendor && record.vendor !== vendor)) continue;
      yield Buffer.concat([Buffer.from(separator), record.bytes]);
      separator = ',\n';
    }
    yield Buffer.from(separator === '[' ? '[]' : ']');
  }

  /** How many arrived since the list was cleared, including dropped ones. */
  count(vendor?: VendorName): number {
    if (vendor) return this.counts.get(vendor) ?? 0;
    return [...this.counts.values()].reduce((sum, count) => sum + count, 0);
  }

  /** Deletes the records of a vendor, or all. Indexes continue, so that a reader's `since` stays valid. */
  clear(vendor?: VendorName): void {
    for (const [index, record] of this.kept) if (!vendor || record.vendor === vendor) this.drop(index);
    if (vendor) this.counts.delete(vendor);
    else this.counts.clear();
  }

  private drop(index: number): void {
    this.bytes -= this.kept.get(index)?.bytes.length ?? 0;
    this.kept.delete(index);
  }
}
