// Rules about how a sink works when all is well: what it may use, and what it leaves to the runtime.

import { ending, few, type Must, type Seen, secretsOf } from './must.ts';
import { isMade } from './test-stand-in.ts';
import type { Trial } from './trial.ts';

/** A sink's own work is a fraction of this; what takes longer is looked at again, alone. */
const OWN_MS = 80;
const LOOKS = 4;
/** What is shorter may be in a name by chance. */
const SHORTEST_ID = 6;

export const mannersMusts: readonly Must[] = [
  {
    id: 'S6',
    title: 'delivers the example of each event it accepts',
    faults: async ({ trials }) =>
      (await trials.clean()).flatMap((trial) => {
        if (trial.kind !== 'delivered') return [`${trial.attempt.what} ends as ${ending(trial)}`];
        return trial.kept + trial.doubled > 0
          ? []
          : [`${trial.attempt.what} leaves nothing on the other side`];
      }),
  },
  {
    id: 'S7',
    title: 'takes an event that has no more than it needs, and one of whose other fields is null',
    faults: async ({ trials }) =>
      (await trials.bare())
        .filter(({ kind }) => kind !== 'delivered' && kind !== 'skipped')
        .map((trial) => `${trial.attempt.what} ends as ${ending(trial)}`),
  },
  {
    id: 'S8',
    title: 'writes no line of the log on success',
    faults: async ({ trials }) =>
      few(
        [...(await trials.clean()), ...(await trials.bare())]
          .filter(({ kind }) => kind === 'delivered')
          .flatMap(({ attempt, witness }) =>
            witness.lines
              .filter(({ level }) => level !== 'debug')
              .map(({ text }) => `${attempt.what} writes: ${text}`),
          ),
      ),
  },
  {
    id: 'S9',
    title: 'opens no connection but through ctx.http',
    faults: (seen) =>
      seenOf(seen, ({ connections }) => (connections > 0 ? 'opens a connection of its own' : '')),
  },
  {
    id: 'S10',
    title: 'reads nothing from the environment',
    faults: (seen) =>
      seenOf(seen, ({ env }) =>
        env.length > 0 ? `reads ${[...new Set(env)].join(', ')} from the environment` : '',
      ),
  },
  {
    id: 'S11',
    title: 'never sleeps',
    faults: (seen) => sleeps(seen),
  },
  {
    id: 'S12',
    title: 'names its endpoints without ids, addresses and other values',
    faults: async (seen) =>
      few(
        (await seen.trials.clean()).flatMap((trial) => {
          const values = valuesOf(seen, trial);
          return trial.witness.endpoints
            .filter((endpoint) => values.some((value) => endpoint.includes(value)))
            .map((endpoint) => `the endpoint "${endpoint}" has a value in its name`);
        }),
      ),
  },
  {
    id: 'S13',
    title: 'asks whether an integration is usable without leaving a trace',
    async faults({ sink, trials }) {
      if (sink.check === undefined) return [];
      const [well, refused] = await trials.checks();
      return [
        ...(well?.kind === 'delivered'
          ? []
          : [`of a vendor that is well it says ${well ? ending(well) : 'nothing'}`]),
        ...(well !== undefined && well.kept + well.doubled > 0
          ? ['it leaves something on the other side']
          : []),
        ...(refused?.kind === 'broken'
          ? []
          : [`answered 401 it says ${refused ? ending(refused) : 'nothing'}`]),
      ];
    },
  },
];

async function seenOf(seen: Seen, fault: (witness: Trial['witness']) => string): Promise<string[]> {
  const { trials } = seen;
  const some = [
    ...(await trials.clean()),
    ...(await trials.bare()),
    ...(await trials.answered()).map(({ trial }) => trial),
  ];
  return few(
    some.flatMap(({ attempt, witness }) =>
      fault(witness) === '' ? [] : [`${attempt.what} it ${fault(witness)}`],
    ),
  );
}

/** Time alone tells: what was slow because the machine was busy is quick when it is tried again. */
async function sleeps({ trials }: Seen): Promise<string[]> {
  const result = [...(await trials.clean()), ...(await trials.answered()).map(({ trial }) => trial)];
  for (const { attempt, witness } of result) {
    let least = witness.ownMs;
    for (let look = 0; look < LOOKS && least > OWN_MS; look += 1) {
      least = Math.min(least, (await trials.again(attempt)).witness.ownMs);
    }
    if (least > OWN_MS)
      return [`${attempt.what} it lets ${Math.round(least)} ms pass while no call is under way`];
  }
  return [];
}

/** What is of one event, one integration or one object. */
function valuesOf(seen: Seen, { attempt, calls, steps, config }: Trial): string[] {
  return [
    ...leaves(attempt.event.example).filter((text) => /[\d@]/.test(text)),
    ...leaves(steps).filter(isMade),
    ...leaves(config).filter((text) => URL.canParse(text)),
    ...secretsOf(seen, config),
    ...calls.flatMap(({ headers }) => headers['idempotency-key'] ?? []),
  ].filter((value) => value.length >= SHORTEST_ID);
}

function leaves(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(leaves) : [];
}
