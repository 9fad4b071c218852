// The vendor of a sink under test: a real HTTP server that answers as its author says, keeps what is made, and in place of
// one answer does what the suite has planted.
import { httpStub, type StubAnswer, type StubRequest } from '@switchboard/testing';
import type { Keep, Vendor } from './vendor.ts';

/**
 * Asked for each call of a delivery, the first being 1. `answer` is the vendor's own, with its effect; undefined leaves
 * the call to the vendor.
 */
export type Plant = (
  request: StubRequest,
  nth: number,
  answer: () => StubAnswer,
) => StubAnswer | Promise<StubAnswer> | undefined;

export interface StandIn {
  readonly url: string;
  readonly requests: readonly StubRequest[];
  /** Calls of deliveries: look-ups, and writes, which carry an idempotency key. */
  readonly calls: readonly StubRequest[];
  /** Objects that are there. */
  kept(): number;
  /** Objects made by calls that the vendor's author says may double. */
  doubled(): number;
  close(): Promise<void>;
}

/** Ids that no event has by chance. */
const FIRST_ID = 74_000_001;

/** Starts a stand-in. */
export async function standIn(vendor: Vendor, plant: Plant = () => undefined): Promise<StandIn> {
  const calls: StubRequest[] = [];
  const kept = new Map<string, string>();
  const doubled = new Map<string, string>();
  const keepIn =
    (store: Map<string, string>): Keep =>
    (key = `new ${store.size}`) => {
      const id = store.get(key) ?? String(FIRST_ID + kept.size + doubled.size);
      store.set(key, id);
      return id;
    };
  const stub = await httpStub((request) => {
    const store = vendor.doubles?.(request) ? doubled : kept;
    const answer = () => vendor.answer(request, keepIn(store), (key) => kept.has(key));
    // Getting a token is no call of a delivery.
    if (request.headers['idempotency-key'] === undefined && request.method !== 'GET') return answer();
    calls.push(request);
    return plant(request, calls.length, answer) ?? answer();
  });
  return {
    url: stub.url,
    requests: stub.requests,
    calls,
    kept: () => kept.size,
    doubled: () => doubled.size,
    close: stub.close,
  };
}

/** Whether a stand-in has made this id. */
export function isMade(id: string): boolean {
  return /^74\d{6}$/.test(id);
}

/** A call as faults name it. */
export function nameOf({ method, path }: StubRequest): string {
  return `${method} ${path.split('?')[0] ?? ''}`;
}
