// Every trial of a sink that needs no ledger. Each kind runs once, when a rule first asks for it; many rules use it.
import { definitionOf, type EventDefinition } from '@switchboard/contracts';
import { placesOf, type Sink } from '@switchboard/sink';
import type { StubRequest } from '@switchboard/testing';
import { type AnswerCase, answerCasesOf } from './answer-cases.ts';
import { observing } from './observation.ts';
import { type AnswerOverride, callName, startStandIn } from './stand-in.ts';
import {
  CALL_MS,
  type ObservedTrial,
  runTrial,
  runTrialAt,
  type SinkUnderTest,
  type TrialPlan,
} from './trial.ts';

/** A delivery in which one call got an answer of the table. */
export interface AnswerCaseTrial {
  readonly answerCase: AnswerCase;
  /** The call that got it (the first is 1). */
  readonly nth: number;
  readonly trial: ObservedTrial;
}

/** The same event delivered twice, as after a crash before anything was recorded. */
export interface Repeat {
  readonly first: ObservedTrial;
  readonly second: ObservedTrial;
}

/** An event type and the calls that its delivery makes. */
export interface CallSequence {
  readonly event: EventDefinition;
  readonly calls: readonly StubRequest[];
}

/** The trials of a sink. */
export interface Trials {
  /** The events that the sink accepts and the catalogue has. */
  readonly events: readonly EventDefinition[];
  /** The example of each accepted event. */
  examples(): Promise<ObservedTrial[]>;
  /** Each event with only the fields that the sink needs, and with each other field as null. */
  reducedEvents(): Promise<ObservedTrial[]>;
  /** Each different sequence of calls that an example leads to. */
  callSequences(): Promise<CallSequence[]>;
  /** Each answer of the table in place of the answer to each call of each sequence. */
  answerCases(): Promise<AnswerCaseTrial[]>;
  repeats(): Promise<Repeat[]>;
  /** `check` at a vendor that works, and at one that answers 401; empty when the sink has no `check`. */
  checks(): Promise<ObservedTrial[]>;
  /**
   * `prepare` twice at one vendor, `prepare` answered 401, and then `check` at the first vendor; empty when the sink has
   * no `prepare`.
   */
  prepares(): Promise<ObservedTrial[]>;
  /** Runs a plan once more. */
  rerun(plan: TrialPlan): Promise<ObservedTrial>;
}

const CONCURRENCY = 8;
/** Timeout of a call that gets no answer. */
const NO_ANSWER_TIMEOUT_MS = 300;

/** The trials of a sink. They run on demand, and every result is kept. */
export function trialsOf(subject: SinkUnderTest): Trials {
  const { sink, vendor } = subject;
  const events = sink.accepts.filter(({ type }) => definitionOf(type) !== undefined);
  const runAll = (plans: TrialPlan[]) =>
    observing(() => mapConcurrently(plans, (plan) => runTrial(subject, plan)));
  const examples = lazy(() => runAll(events.map((event) => ({ title: `delivering ${event.type}`, event }))));
  const callSequences = lazy(async () => {
    const found = new Map<string, CallSequence>();
    for (const { plan, calls } of await examples()) {
      if (calls.length > 0) found.set(calls.map(callName).join(), { event: plan.event, calls });
    }
    return [...found.values()];
  });
  return {
    events,
    examples,
    reducedEvents: lazy(() => runAll(events.flatMap((event) => reducedPlans(sink, event)))),
    callSequences,
    answerCases: lazy(async () => {
      const cases = answerCasesOf(vendor);
      const planned = (await callSequences()).flatMap(({ event, calls }) =>
        calls.flatMap((call, index) =>
          cases
            .filter(({ connectionFault }) => connectionFault !== 'refused' || index === 0)
            .map((answerCase) => ({
              answerCase,
              nth: index + 1,
              plan: answerCasePlan(answerCase, index + 1, call, event),
            })),
        ),
      );
      return observing(() =>
        mapConcurrently(planned, async ({ answerCase, nth, plan }) => ({
          answerCase,
          nth,
          trial: await runTrial(subject, plan),
        })),
      );
    }),
    repeats: lazy(() => observing(() => mapConcurrently(events, (event) => repeat(subject, event)))),
    checks: lazy(() => observing(() => checksOf(subject, events[0]))),
    prepares: lazy(() => observing(() => preparesOf(subject, events[0]))),
    rerun: (plan) => observing(() => runTrial(subject, plan)),
  };
}

function reducedPlans(sink: Sink, event: EventDefinition): TrialPlan[] {
  const needed = (sink.needs?.[event.type] ?? []).map((need) => placesOf(need)[0] ?? '');
  const others = Object.keys(event.data.shape).filter((name) => !needed.includes(name));
  return [
    {
      title: `delivering ${event.type} with only the fields it needs`,
      event,
      data: Object.fromEntries(needed.map((name) => [name, event.example[name]])),
    },
    ...others.map((name) => ({
      title: `delivering ${event.type} with ${name} as null`,
      event,
      data: { ...event.example, [name]: null },
    })),
  ];
}

/** A delivery whose nth call, and every repeat of that call, gets an answer of the table. */
function answerCasePlan(
  answerCase: AnswerCase,
  nth: number,
  call: StubRequest,
  event: EventDefinition,
): TrialPlan {
  return {
    title: `${answerCase.name} for ${callName(call)}`,
    event,
    refused: answerCase.connectionFault === 'refused',
    timeoutMs: (n) => (answerCase.group === 'no-answer' && n >= nth ? NO_ANSWER_TIMEOUT_MS : CALL_MS),
    override() {
      let answered: string | undefined;
      return (request, n) => {
        if (n === nth) answered = callName(request);
        return n >= nth && callName(request) === answered ? answerCase.answer(request) : undefined;
      };
    },
  };
}

async function repeat(subject: SinkUnderTest, event: EventDefinition): Promise<Repeat> {
  const standIn = await startStandIn(subject.vendor);
  try {
    const plan = { title: `delivering ${event.type} twice`, event };
    const first = await runTrialAt(standIn, subject, plan);
    return { first, second: await runTrialAt(standIn, subject, plan) };
  } finally {
    await standIn.close();
  }
}

const unauthorized: AnswerOverride = () => ({ status: 401, body: { message: 'no' } });

async function checksOf(
  subject: SinkUnderTest,
  event: EventDefinition | undefined,
): Promise<ObservedTrial[]> {
  const { check, prepare } = subject.sink;
  if (check === undefined || event === undefined) return [];
  const checking = delivering(subject, check);
  const standIn = await startStandIn(subject.vendor);
  try {
    // A vendor that works has what the sink needs there.
    if (prepare !== undefined)
      await runTrialAt(standIn, delivering(subject, prepare), { title: 'preparing', event });
    const before = standIn.objects();
    const usable = await runTrialAt(standIn, checking, { title: 'checking', event });
    const refused = await runTrial(checking, {
      title: 'checking, answered 401,',
      event,
      override: () => unauthorized,
    });
    return [{ ...usable, objects: usable.objects - before }, refused];
  } finally {
    await standIn.close();
  }
}

async function preparesOf(
  subject: SinkUnderTest,
  event: EventDefinition | undefined,
): Promise<ObservedTrial[]> {
  const { check, prepare } = subject.sink;
  if (prepare === undefined || event === undefined) return [];
  const preparing = delivering(subject, prepare);
  const standIn = await startStandIn(subject.vendor);
  try {
    const first = await runTrialAt(standIn, preparing, { title: 'preparing', event });
    const second = await runTrialAt(standIn, preparing, { title: 'preparing again', event });
    const plan = { title: 'preparing, answered 401,', event, override: () => unauthorized };
    const refused = await runTrial(preparing, plan);
    if (check === undefined) return [first, second, refused];
    const checked = { title: 'checking after preparing', event };
    const after = await runTrialAt(standIn, delivering(subject, check), checked);
    return [first, second, refused, after];
  } finally {
    await standIn.close();
  }
}

/** The same sink, whose `deliver` runs its `check` or its `prepare`. */
function delivering({ sink, vendor }: SinkUnderTest, work: NonNullable<Sink['check']>): SinkUnderTest {
  return { vendor, sink: { ...sink, deliver: (_event, ctx) => work.call(sink, ctx) } };
}

/** Runs once, at the first call; later calls get the same result. */
export function lazy<T>(work: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined;
  return () => (result ??= work());
}

async function mapConcurrently<In, Out>(
  items: readonly In[],
  work: (item: In) => Promise<Out>,
): Promise<Out[]> {
  const results = new Map<In, Out>();
  const waiting = items.values();
  const worker = async () => {
    for (const item of waiting) results.set(item, await work(item));
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
  return items.map((item) => results.get(item) as Out);
}
