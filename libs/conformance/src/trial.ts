// One delivery of the sink under test: the runtime's own way of trying, a stand-in, and a witness.
import type { EventDefinition } from '@switchboard/contracts';
import { tryOnce } from '@switchboard/delivery';
import type { Sink } from '@switchboard/sink';
import type { StubRequest } from '@switchboard/testing';
import { type Plant, type StandIn, standIn } from './test-stand-in.ts';
import type { Vendor } from './vendor.ts';
import { newWitness, type Witness, watched } from './witness.ts';

/** A sink and its vendor. */
export interface Subject {
  readonly sink: Sink;
  readonly vendor: Vendor;
}

/** How to try. */
export interface Attempt {
  /** Begins what is said of it, for example `answering 401 to POST /x`. */
  readonly what: string;
  readonly event: EventDefinition;
  readonly data?: Readonly<Record<string, unknown>>;
  /** Made anew for each try. */
  readonly plant?: () => Plant;
  /** Bound on a call, the first being 1. */
  readonly timeoutMs?: (nth: number) => number;
  /** Nobody listens. */
  readonly refused?: boolean;
}

/** What came of it. */
export interface Trial {
  readonly attempt: Attempt;
  /** The outcome; `unended` when there was none in time. */
  readonly kind: string;
  readonly reason: string;
  readonly reference: string | null;
  readonly afterSeconds: number | undefined;
  readonly called: boolean;
  readonly steps: Readonly<Record<string, unknown>>;
  readonly requests: readonly StubRequest[];
  readonly calls: readonly StubRequest[];
  readonly kept: number;
  readonly doubled: number;
  readonly config: Readonly<Record<string, unknown>>;
  readonly witness: Witness;
}

/** More than any delivery takes whose calls are bounded. */
const UNENDED_MS = 10_000;
export const CALL_MS = 4_000;

/** Tries once, at a stand-in of its own. */
export async function tryAt(subject: Subject, attempt: Attempt): Promise<Trial> {
  const there = await standIn(subject.vendor, attempt.plant?.());
  try {
    if (attempt.refused === true) await there.close();
    return await tryThere(subject, attempt, there);
  } finally {
    if (attempt.refused !== true) await there.close();
  }
}

/** Tries once, at a stand-in that may have seen the event before. */
export async function tryThere({ sink, vendor }: Subject, attempt: Attempt, there: StandIn): Promise<Trial> {
  const witness = newWitness();
  const config = vendor.config(there.url);
  const [requests, calls] = [there.requests.length, there.calls.length];
  const { event, data, timeoutMs = () => CALL_MS } = attempt;
  const result = await inTime(
    tryOnce(watched(sink, witness, timeoutMs), { event, config, ...(data === undefined ? {} : { data }) }),
  );
  return {
    attempt,
    kind: result?.kind ?? 'unended',
    ...inItsWords(witness, result),
    afterSeconds: result?.afterSeconds,
    called: result?.called ?? true,
    steps: result?.steps ?? {},
    requests: there.requests.slice(requests),
    calls: there.calls.slice(calls),
    kept: there.kept(),
    doubled: there.doubled(),
    config,
    witness,
  };
}

/** Reason and reference as the sink said them; those of the runtime where it said nothing. */
function inItsWords(
  { outcome }: Witness,
  result: Awaited<ReturnType<typeof tryOnce>> | undefined,
): Pick<Trial, 'reason' | 'reference'> {
  if (outcome?.kind === 'delivered') return { reason: '', reference: outcome.reference ?? null };
  return { reason: outcome?.reason ?? result?.reason ?? '', reference: null };
}

async function inTime<T>(work: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), UNENDED_MS);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
