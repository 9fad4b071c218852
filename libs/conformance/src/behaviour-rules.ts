// Rules about how a sink works when all is well: what it may use, and what it leaves to the runtime.
import { outcomeText, limited, type Rule, type RuleContext, secretsOf } from './rule.ts';
import { isStandInId } from './stand-in.ts';
import type { ObservedTrial } from './trial.ts';

/** The work of a sink takes a fraction of this. A longer delivery is repeated alone before it counts as sleep. */
const SLEEP_MS = 80;
const RERUNS = 4;
/** A shorter value may be part of a name by chance. */
const SHORTEST_ID = 6;

export const behaviourRules: readonly Rule[] = [
  {
    id: 'S6',
    title: 'delivers the example of each event it accepts',
    faults: async ({ trials }) =>
      (await trials.examples()).flatMap((trial) => {
        if (trial.kind !== 'delivered') return [`${trial.plan.title} ends as ${outcomeText(trial)}`];
        return trial.objects + trial.duplicableObjects > 0
          ? []
          : [`${trial.plan.title} creates nothing at the vendor`];
      }),
  },
  {
    id: 'S7',
    title: 'delivers an event that has only the fields it needs, and one whose other fields are null',
    faults: async ({ trials }) =>
      (await trials.reducedEvents())
        .filter(({ kind }) => kind !== 'delivered' && kind !== 'skipped')
        .map((trial) => `${trial.plan.title} ends as ${outcomeText(trial)}`),
  },
  {
    id: 'S8',
    title: 'writes no log line on success',
    faults: async ({ trials }) =>
      limited(
        [...(await trials.examples()), ...(await trials.reducedEvents())]
          .filter(({ kind }) => kind === 'delivered')
          .flatMap(({ plan, observation }) =>
            observation.lines
              .filter(({ level }) => level !== 'debug')
              .map(({ text }) => `${plan.title}: the sink logs: ${text}`),
          ),
      ),
  },
  {
    id: 'S9',
    title: 'opens no connection except through ctx.http',
    faults: (context) =>
      observationFaults(context, ({ connections }) =>
        connections > 0 ? 'opens a connection of its own' : '',
      ),
  },
  {
    id: 'S10',
    title: 'reads nothing from the environment',
    faults: (context) =>
      observationFaults(context, ({ env }) =>
        env.length > 0 ? `reads ${[...new Set(env)].join(', ')} from the environment` : '',
      ),
  },
  {
    id: 'S11',
    title: 'never sleeps',
    faults: (context) => sleepFaults(context),
  },
  {
    id: 'S12',
    title: 'names its endpoints without ids, addresses and other values',
    faults: async (context) =>
      limited(
        (await context.trials.examples()).flatMap((trial) => {
          const values = valuesOf(context, trial);
          return trial.observation.endpoints
            .filter((endpoint) => values.some((value) => endpoint.includes(value)))
            .map((endpoint) => `the endpoint "${endpoint}" contains a value`);
        }),
      ),
  },
];

async function observationFaults(
  context: RuleContext,
  fault: (observation: ObservedTrial['observation']) => string,
): Promise<string[]> {
  const { trials } = context;
  const some = [
    ...(await trials.examples()),
    ...(await trials.reducedEvents()),
    ...(await trials.answerCases()).map(({ trial }) => trial),
  ];
  return limited(
    some.flatMap(({ plan, observation }) =>
      fault(observation) === '' ? [] : [`${plan.title}: the sink ${fault(observation)}`],
    ),
  );
}

/** A delivery that was slow because the machine was busy is fast when it is repeated. A sleeping sink stays slow. */
async function sleepFaults({ trials }: RuleContext): Promise<string[]> {
  const result = [...(await trials.examples()), ...(await trials.answerCases()).map(({ trial }) => trial)];
  for (const { plan, observation } of result) {
    let shortest = observation.outsideCallsMs;
    for (let reruns = 0; reruns < RERUNS && shortest > SLEEP_MS; reruns += 1) {
      shortest = Math.min(shortest, (await trials.rerun(plan)).observation.outsideCallsMs);
    }
    if (shortest > SLEEP_MS)
      return [`${plan.title}: the sink spends ${Math.round(shortest)} ms without a call in flight`];
  }
  return [];
}

/** Values that belong to one event, one integration or one object. */
function valuesOf(context: RuleContext, { plan, calls, steps, config }: ObservedTrial): string[] {
  return [
    ...textsIn(plan.event.example).filter((text) => /[\d@]/.test(text)),
    ...textsIn(steps).filter(isStandInId),
    ...textsIn(config).filter((text) => URL.canParse(text)),
    ...secretsOf(context, config),
    ...calls.flatMap(({ headers }) => headers['idempotency-key'] ?? []),
  ].filter((value) => value.length >= SHORTEST_ID);
}

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}
