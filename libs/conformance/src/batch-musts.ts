// Rules for sinks that deliver many events in one call; the others have nothing to do with them.
import type { EventDefinition } from '@switchboard/contracts';
import { BATCH, type TrialResult, tryTogether } from '@switchboard/delivery';
import type { StubRequest } from '@switchboard/testing';
import { few, type Must, type Seen } from './must.ts';
import { type Plant, standIn } from './test-stand-in.ts';
import { CALL_MS } from './trial.ts';

/** Events of a batch that is tried; the one in the middle is at fault. */
const EVENTS = 3;
const AT_FAULT = 1;

/** A batch and what came of it. */
interface Together {
  readonly event: EventDefinition;
  readonly tries: readonly TrialResult[];
  readonly calls: readonly StubRequest[];
}

export const batchMusts: readonly Must[] = [
  {
    id: 'S29',
    title: 'delivers a batch in as many calls as one event',
    faults: async (seen) => {
      const single = new Map(
        (await seen.trials.clean()).map(({ attempt, calls }) => [attempt.event.type, calls.length]),
      );
      return few(
        (await batches(seen)).flatMap(({ event: { type }, tries, calls }) => [
          ...tries
            .filter(({ kind }) => kind !== 'delivered')
            .map(({ kind, reason }) => `a batch of ${type} ends as ${kind} ("${reason}")`),
          ...(calls.length > (single.get(type) ?? 0)
            ? [`${tries.length} events of ${type} make ${calls.length} calls, one makes ${single.get(type)}`]
            : []),
        ]),
      );
    },
  },
  {
    id: 'S30',
    title: 'tells the event that is at fault from the others of its batch, or refuses them all',
    async faults(seen) {
      const { refuseOne } = seen.vendor;
      if (seen.sink.batch === undefined) return [];
      if (refuseOne === undefined)
        return ['its spec does not say how the vendor refuses one event of a batch'];
      const plant: Plant = (request) => refuseOne(request, AT_FAULT);
      return few(
        (await batches(seen, plant)).flatMap(({ event, tries }) => {
          const ends = tries.map(({ kind }) => kind);
          const isApart = ends.every((kind, i) => kind === (i === AT_FAULT ? 'rejected' : 'delivered'));
          const isWhole = ends.every((kind) => kind === 'interrupted');
          return isApart || isWhole
            ? []
            : [`a batch of ${event.type} whose event ${AT_FAULT} is at fault ends as ${ends.join(', ')}`];
        }),
      );
    },
  },
  {
    id: 'S31',
    title: 'has one outcome for a batch that fails as a whole, so that it is repeated as it was',
    async faults(seen) {
      const troubles: readonly (readonly [string, Plant])[] = [
        ['answered 503', () => ({ status: 503 })],
        ['not answered', () => ({ fault: 'reset' })],
      ];
      const found = await Promise.all(
        troubles.map(async ([how, plant]) =>
          (await batches(seen, plant)).flatMap(({ event: { type }, tries }) => {
            const ends = tries.map(({ kind }) => kind);
            if (ends.some((kind) => kind !== 'retry'))
              return [`a batch of ${type} that is ${how} ends as ${ends.join(', ')}`];
            const isKept = tries.every(({ steps }) => (steps[BATCH] ?? null) !== null);
            return isKept ? [] : [`a batch of ${type} that is ${how} is not repeated as it was`];
          }),
        ),
      );
      return few(found.flat());
    },
  },
];

async function batches({ sink, vendor, trials }: Seen, plant?: Plant): Promise<Together[]> {
  const { batch } = sink;
  if (batch === undefined) return [];
  const count = Math.min(EVENTS, batch.size);
  return Promise.all(
    trials.events.map(async (event) => {
      const there = await standIn(vendor, plant);
      try {
        const config = vendor.config(there.url);
        const tries = await tryTogether(sink, { event, config, timeoutMs: CALL_MS }, count);
        return { event, tries, calls: there.calls };
      } finally {
        await there.close();
      }
    }),
  );
}
