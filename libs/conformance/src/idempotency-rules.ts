// Rules about repeated and interrupted deliveries: an event that comes twice, a process that dies between a call and its
// record, and a stop of the service. Also that every attempt is counted.
import type { StubRequest } from '@switchboard/testing';
import { limited, outcomeText, type Rule, type RuleContext } from './rule.ts';
import type { RuntimeRun, ScenarioResult } from './runtime-run.ts';
import type { Disturbance } from './scenarios.ts';
import { callName } from './stand-in.ts';
import type { ObservedTrial } from './trial.ts';

/** Limit from the abort to the end of a delivery. */
const END_MS = 1_000;

export const idempotencyRules: readonly Rule[] = [
  {
    id: 'S25',
    title: 'has one effect for an event, as far as its idempotency says',
    faults: async (context) =>
      limited([...(await repeatFaults(context)), ...(await duplicateFaults(context))]),
  },
  {
    id: 'S26',
    title: 'repeats no finished call after its process has died',
    async faults(context) {
      const examples = await examplesByType(context);
      return limited(
        resultsOf(await context.runtimeRun(), 'crash').flatMap(({ result, nth }) => {
          const { type } = result.event;
          const expected = examples.get(type)?.calls ?? [];
          const finished = expected.slice(0, nth - 1).filter(({ method }) => method !== 'GET');
          const repeated = finished
            .map(callName)
            .filter(
              (name) =>
                count(result.standIn.calls, name) >
                count(expected, name) + Number(isNth(expected, nth, name)),
            );
          return [
            ...repeated.map((name) => `crash in call ${nth} of ${type}: ${name} is made again`),
            ...(result.outcomes.at(-1) === 'delivered'
              ? []
              : [`crash in call ${nth} of ${type}: the next process ends as ${lastOutcome(result)}`]),
          ];
        }),
      );
    },
  },
  {
    id: 'S27',
    title: 'ends within a second when the service stops, as interrupted',
    async faults(context) {
      const run = await context.runtimeRun();
      const during = resultsOf(run, 'stop-during-call').flatMap(({ result, nth }) => {
        const what = `stop during call ${nth} of ${result.event.type}`;
        if ((result.endedMs ?? END_MS) >= END_MS)
          return [`${what}: the delivery does not end within a second`];
        return isInterrupted(result) ? [] : [`${what}: the delivery ends as ${lastOutcome(result)}`];
      });
      const after = resultsOf(run, 'stop-after-call').flatMap(({ result, nth }) => {
        const what = `stop after call ${nth} of ${result.event.type}`;
        if (result.standIn.calls.length > nth) return [`${what}: the sink makes another call`];
        return isInterrupted(result) ? [] : [`${what}: the delivery ends as ${lastOutcome(result)}`];
      });
      return limited([
        ...during,
        ...after,
        ...(run.stopped || during.length > 0 ? [] : ['the service does not stop']),
      ]);
    },
  },
  {
    id: 'S28',
    title: 'is counted: every attempt by its outcome, every effect with its time',
    async faults(context) {
      const { results, countedOutcomes, timedEffects } = await context.runtimeRun();
      const recorded = results.flatMap(({ outcomes }) => outcomes);
      const attempts = { recorded: recorded.length, counted: countedOutcomes.length };
      const delivered = { recorded: deliveredIn(recorded), counted: deliveredIn(countedOutcomes) };
      return [
        ...(attempts.recorded === 0 ? ['nothing was attempted'] : []),
        ...(attempts.recorded === attempts.counted
          ? []
          : [`the ledger has ${attempts.recorded} attempts, the metrics have ${attempts.counted}`]),
        ...(delivered.recorded === delivered.counted && delivered.counted === timedEffects
          ? []
          : [
              `the ledger has ${delivered.recorded} delivered, the metrics have ${delivered.counted}, ${timedEffects} of them with a time`,
            ]),
      ];
    },
  },
];

async function repeatFaults({ sink, vendor, trials }: RuleContext): Promise<string[]> {
  const repeats = (await trials.repeats()).filter(({ first }) => first.kind === 'delivered');
  const growing = (store: 'objects' | 'duplicableObjects') =>
    repeats.filter(({ first, second }) => second[store] > first[store]);
  return [
    ...repeats
      .filter(({ second }) => second.kind !== 'delivered')
      .map(({ second }) => `${second.plan.title} ends as ${outcomeText(second)}`),
    ...(sink.idempotency === 'none' ? [] : growing('objects')).map(
      ({ second }) =>
        `${second.plan.title} leaves ${second.objects} objects, which is not idempotency "${sink.idempotency}"`,
    ),
    ...(vendor.mayDuplicate !== undefined && growing('duplicableObjects').length === 0
      ? ['no call that mayDuplicate names has its effect twice: remove mayDuplicate from the spec']
      : []),
  ];
}

async function duplicateFaults(context: RuleContext): Promise<string[]> {
  const examples = await examplesByType(context);
  const run = await context.runtimeRun();
  const twice = run.results
    .filter(({ disturbance }) => disturbance.kind === 'duplicate')
    .filter(({ event, standIn }) => standIn.calls.length !== (examples.get(event.type)?.calls.length ?? 0))
    .map(({ event }) => `${event.type} that comes twice causes its calls twice`);
  const crashed = resultsOf(run, 'crash').flatMap(({ result: { event, standIn }, nth }) => {
    const what = `crash in call ${nth} of ${event.type}`;
    const expected = examples.get(event.type)?.objects ?? 0;
    const most = context.sink.idempotency === 'none' ? expected + 1 : expected;
    return [
      ...(standIn.objects() > most ? [`${what}: ${standIn.objects()} objects instead of ${expected}`] : []),
      ...keyFaults(standIn.calls).map((fault) => `${what}: ${fault}`),
    ];
  });
  return [...twice, ...crashed];
}

/** A repeated call must have the idempotency key that it had, and no other call may have that key. */
function keyFaults(calls: readonly StubRequest[]): string[] {
  const writes = calls.flatMap((call) => {
    const key = call.headers['idempotency-key'];
    return typeof key === 'string' ? [{ key, name: callName(call), body: call.text }] : [];
  });
  /** Whether one first value comes with two different second values. */
  const isAmbiguous = (pairOf: (write: (typeof writes)[number]) => readonly [string, string]) => {
    const found = new Map<string, string>();
    return writes.some((write) => {
      const [first, second] = pairOf(write);
      const before = found.get(first);
      found.set(first, second);
      return before !== undefined && before !== second;
    });
  };
  return [
    ...(isAmbiguous(({ key, name }) => [key, name]) ? ['two calls have the same idempotency key'] : []),
    ...(isAmbiguous(({ key, name, body }) => [`${name} ${body}`, key])
      ? ['a repeated call has another idempotency key']
      : []),
  ];
}

async function examplesByType({ trials }: RuleContext): Promise<Map<string, ObservedTrial>> {
  return new Map((await trials.examples()).map((trial) => [trial.plan.event.type, trial]));
}

function resultsOf(
  { results }: RuntimeRun,
  kind: Exclude<Disturbance['kind'], 'duplicate' | 'error-answer'>,
): { result: ScenarioResult; nth: number }[] {
  return results.flatMap((result) =>
    result.disturbance.kind === kind ? [{ result, nth: result.disturbance.nth }] : [],
  );
}

function deliveredIn(outcomes: readonly string[]): number {
  return outcomes.filter((outcome) => outcome === 'delivered').length;
}

function count(calls: readonly StubRequest[], name: string): number {
  return calls.filter((call) => callName(call) === name).length;
}

function isNth(calls: readonly StubRequest[], nth: number, name: string): boolean {
  const call = calls[nth - 1];
  return call !== undefined && callName(call) === name;
}

function isInterrupted({ state, attempts, outcomes }: ScenarioResult): boolean {
  return state === 'waiting' && attempts === 0 && outcomes.at(-1) === 'interrupted';
}

function lastOutcome({ outcomes }: ScenarioResult): string {
  return outcomes.at(-1) ?? 'nothing that is recorded';
}
