// One delivery of the sink under test: made by the runtime's own attempt code, against a stand-in, and observed.
import type { EventDefinition } from '@switchboard/contracts';
import { tryOnce } from '@switchboard/delivery';
import type { Sink } from '@switchboard/sink';
import type { StubRequest } from '@switchboard/testing';
import { newObservation, type Observation, observed } from './observation.ts';
import { type AnswerOverride, type StandIn, startStandIn } from './stand-in.ts';
import type { Vendor } from './vendor.ts';

/** A sink and its vendor. */
export interface SinkUnderTest {
  readonly sink: Sink;
  readonly vendor: Vendor;
}

/** What to try. */
export interface TrialPlan {
  /** Begins each sentence about the trial, for example `delivering lead.qualified`. */
  readonly title: string;
  readonly event: EventDefinition;
  /** The event's data; its example when absent. */
  readonly data?: Readonly<Record<string, unknown>>;
  /** Makes a new override for each trial. */
  readonly override?: () => AnswerOverride;
  /** Upper limit for the timeout of the nth call (the first is 1). */
  readonly timeoutMs?: (nth: number) => number;
  /** True when the stand-in is closed before the trial, so that connections are refused. */
  readonly refused?: boolean;
}

/** What a trial did. */
export interface ObservedTrial {
  readonly plan: TrialPlan;
  /** The kind of the outcome; `unfinished` when there was none in time. */
  readonly kind: string;
  readonly reason: string;
  readonly reference: string | null;
  readonly afterSeconds: number | undefined;
  /** Whether the sink's own code ran. */
  readonly called: boolean;
  readonly steps: Readonly<Record<string, unknown>>;
  /** Every request. */
  readonly requests: readonly StubRequest[];
  /** The requests that are part of the delivery: all but those that fetch a token. */
  readonly calls: readonly StubRequest[];
  /** Objects in the stand-in after the trial. */
  readonly objects: number;
  /** Of calls that may have their effect twice: objects in the stand-in after the trial. */
  readonly duplicableObjects: number;
  readonly config: Readonly<Record<string, unknown>>;
  readonly observation: Observation;
}

/** Longer than any delivery takes whose calls have a timeout. */
const UNFINISHED_MS = 10_000;
/** Long enough for a stand-in on a busy machine. */
export const CALL_MS = 8_000;

/** Runs a trial against a new stand-in. */
export async function runTrial(subject: SinkUnderTest, plan: TrialPlan): Promise<ObservedTrial> {
  const standIn = await startStandIn(subject.vendor, plan.override?.());
  try {
    if (plan.refused === true) await standIn.close();
    return await runTrialAt(standIn, subject, plan);
  } finally {
    if (plan.refused !== true) await standIn.close();
  }
}

/** Runs a trial against a stand-in that may have seen the event before. */
export async function runTrialAt(
  standIn: StandIn,
  { sink, vendor }: SinkUnderTest,
  plan: TrialPlan,
): Promise<ObservedTrial> {
  const observation = newObservation();
  const config = vendor.config(standIn.url);
  const [requests, calls] = [standIn.requests.length, standIn.calls.length];
  const { event, data, timeoutMs = () => CALL_MS } = plan;
  const result = await withTimeout(
    tryOnce(observed(sink, observation, timeoutMs), {
      event,
      config,
      ...(data === undefined ? {} : { data }),
    }),
    UNFINISHED_MS,
  );
  return {
    plan,
    kind: result?.kind ?? 'unfinished',
    ...returnedTexts(observation, result),
    afterSeconds: result?.afterSeconds,
    called: result?.called ?? true,
    steps: result?.steps ?? {},
    requests: standIn.requests.slice(requests),
    calls: standIn.calls.slice(calls),
    objects: standIn.objects(),
    duplicableObjects: standIn.duplicableObjects(),
    config,
    observation,
  };
}

/** Reason and reference as the sink returned them; the runtime's reason where the sink returned nothing. */
function returnedTexts(
  { outcome }: Observation,
  result: Awaited<ReturnType<typeof tryOnce>> | undefined,
): Pick<ObservedTrial, 'reason' | 'reference'> {
  if (outcome?.kind === 'delivered') return { reason: '', reference: outcome.reference ?? null };
  return { reason: outcome?.reason ?? result?.reason ?? '', reference: null };
}

/** Waits for the result, but not longer than this; undefined when the time is over. */
export async function withTimeout<T>(work: Promise<T>, ms: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), ms);
  });
  try {
    return await Promise.race([work, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
