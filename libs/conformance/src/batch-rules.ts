// Rules for sinks that deliver several events in one call. Other sinks pass them.
import type { EventDefinition } from '@switchboard/contracts';
import { BATCH, type TrialResult, tryTogether } from '@switchboard/delivery';
import type { StubRequest } from '@switchboard/testing';
import { limited, type Rule, type RuleContext } from './rule.ts';
import { type AnswerOverride, startStandIn } from './stand-in.ts';
import { CALL_MS } from './trial.ts';

/** Size of the batch that is tried; the event in the middle is the one at fault. */
const EVENTS = 3;
const AT_FAULT = 1;

/** A batch and the results of its events. */
interface BatchTrial {
  readonly event: EventDefinition;
  readonly results: readonly TrialResult[];
  readonly calls: readonly StubRequest[];
}

export const batchRules: readonly Rule[] = [
  {
    id: 'S29',
    title: 'delivers a batch in as many calls as one event',
    faults: async (context) => {
      const single = new Map(
        (await context.trials.examples()).map(({ plan, calls }) => [plan.event.type, calls.length]),
      );
      return limited(
        (await batchTrials(context)).flatMap(({ event: { type }, results, calls }) => [
          ...results
            .filter(({ kind }) => kind !== 'delivered')
            .map(({ kind, reason }) => `a batch of ${type} ends as ${kind} ("${reason}")`),
          ...(calls.length > (single.get(type) ?? 0)
            ? [
                `${results.length} events of ${type} make ${calls.length} calls, one makes ${single.get(type)}`,
              ]
            : []),
        ]),
      );
    },
  },
  {
    id: 'S30',
    title: 'names the event at fault in a batch, or rejects the batch as a whole',
    async faults(context) {
      const { rejectInBatch } = context.vendor;
      if (context.sink.batch === undefined) return [];
      if (rejectInBatch === undefined)
        return ['its spec does not say how the vendor rejects one event of a batch: add rejectInBatch'];
      const override: AnswerOverride = (request) => rejectInBatch(request, AT_FAULT);
      return limited(
        (await batchTrials(context, override)).flatMap(({ event, results }) => {
          const kinds = results.map(({ kind }) => kind);
          const isNamed = kinds.every((kind, i) => kind === (i === AT_FAULT ? 'rejected' : 'delivered'));
          // The runtime interrupts the members of a batch that was rejected as a whole, to deliver each alone.
          const isWhole = kinds.every((kind) => kind === 'interrupted');
          return isNamed || isWhole
            ? []
            : [`a batch of ${event.type} whose event ${AT_FAULT} is at fault ends as ${kinds.join(', ')}`];
        }),
      );
    },
  },
  {
    id: 'S31',
    title: 'has one outcome for a batch that fails as a whole, so that it is repeated unchanged',
    async faults(context) {
      const failures: readonly (readonly [string, AnswerOverride])[] = [
        ['answered 503', () => ({ status: 503 })],
        ['not answered', () => ({ fault: 'reset' })],
      ];
      const found = await Promise.all(
        failures.map(async ([how, override]) =>
          (await batchTrials(context, override)).flatMap(({ event: { type }, results }) => {
            const kinds = results.map(({ kind }) => kind);
            if (kinds.some((kind) => kind !== 'retry'))
              return [`a batch of ${type} that is ${how} ends as ${kinds.join(', ')}`];
            const isKept = results.every(({ steps }) => (steps[BATCH] ?? null) !== null);
            return isKept ? [] : [`a batch of ${type} that is ${how} is not repeated unchanged`];
          }),
        ),
      );
      return limited(found.flat());
    },
  },
];

async function batchTrials(
  { sink, vendor, trials }: RuleContext,
  override?: AnswerOverride,
): Promise<BatchTrial[]> {
  const { batch } = sink;
  if (batch === undefined) return [];
  const count = Math.min(EVENTS, batch.size);
  return Promise.all(
    trials.events.map(async (event) => {
      const standIn = await startStandIn(vendor, override);
      try {
        const config = vendor.config(standIn.url);
        const results = await tryTogether(sink, { event, config, timeoutMs: CALL_MS }, count);
        return { event, results, calls: standIn.calls };
      } finally {
        await standIn.close();
      }
    }),
  );
}
