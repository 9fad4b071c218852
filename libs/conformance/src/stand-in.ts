// The stand-in of a vendor: a real HTTP server that answers as the sink's author says and stores the objects that requests
// create. The suite can override single answers, for example with a fault.
import { httpStub, type StubAnswer, type StubRequest } from '@switchboard/testing';
import type { KeepObject, Vendor } from './vendor.ts';

/**
 * Replaces the answer to the nth call of a delivery (the first is 1); undefined means the vendor's own answer. `answer`
 * gives that answer and has its effect.
 */
export type AnswerOverride = (
  request: StubRequest,
  nth: number,
  answer: () => StubAnswer,
) => StubAnswer | Promise<StubAnswer> | undefined;

export interface StandIn {
  readonly url: string;
  readonly requests: readonly StubRequest[];
  /** The calls of deliveries: look-ups (GET), and writes, which carry an idempotency key. */
  readonly calls: readonly StubRequest[];
  /** Number of objects that have been created by calls that must not be duplicated. */
  objects(): number;
  /** Number of objects that have been created by calls that `mayDuplicate` names. */
  duplicableObjects(): number;
  close(): Promise<void>;
}

/** Ids begin here, so that no event contains one by chance. */
const FIRST_ID = 74_000_001;

/** Starts a stand-in. */
export async function startStandIn(
  vendor: Vendor,
  override: AnswerOverride = () => undefined,
): Promise<StandIn> {
  const calls: StubRequest[] = [];
  const objects = new Map<string, string>();
  const duplicableObjects = new Map<string, string>();
  const keepIn =
    (store: Map<string, string>): KeepObject =>
    (key = `new ${store.size}`) => {
      const id = store.get(key) ?? String(FIRST_ID + objects.size + duplicableObjects.size);
      store.set(key, id);
      return id;
    };
  const stub = await httpStub((request) => {
    const store = vendor.mayDuplicate?.(request) ? duplicableObjects : objects;
    const answer = () => vendor.answer(request, keepIn(store), (key) => objects.has(key));
    // A request for a token is not part of the delivery.
    if (request.headers['idempotency-key'] === undefined && request.method !== 'GET') return answer();
    calls.push(request);
    return override(request, calls.length, answer) ?? answer();
  });
  return {
    url: stub.url,
    requests: stub.requests,
    calls,
    objects: () => objects.size,
    duplicableObjects: () => duplicableObjects.size,
    close: stub.close,
  };
}

/** Whether the id was given by a stand-in. */
export function isStandInId(id: string): boolean {
  return /^74\d{6}$/.test(id);
}

/** A call as faults name it: method and path without the query. */
export function callName({ method, path }: StubRequest): string {
  return `${method} ${path.split('?')[0] ?? ''}`;
}
