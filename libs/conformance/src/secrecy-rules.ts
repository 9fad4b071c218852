// Rules about what must not be written: secrets anywhere, personal data in logs and reasons.
import { markedTexts } from '@switchboard/contracts';
import { SecretMask } from '@switchboard/delivery';
import type { StubRequest } from '@switchboard/testing';
import { allTrials, credentialsIn, limited, type Rule, secretsOf } from './rule.ts';
import type { SinkUnderTest, ObservedTrial } from './trial.ts';

/** A shorter value may be part of a reason by chance. */
const SHORTEST_VALUE = 4;

export const secrecyRules: readonly Rule[] = [
  {
    id: 'S23',
    title: 'keeps secrets out of logs, reasons, references, steps and everything that is stored',
    async faults(context) {
      const finder = secretFinder();
      const result = (await allTrials(context)).flatMap((trial) => {
        const finds = finder(hiddenTexts(context, trial.config, trial.requests));
        return textsOf(trial)
          .filter(([, text]) => finds(text))
          .map(([place]) => `${trial.plan.title} leaves a secret in ${place}`);
      });
      const { results, written } = await context.runtimeRun();
      const secrets = results.flatMap(({ standIn: { url, requests } }) =>
        hiddenTexts(context, context.vendor.config(url), requests),
      );
      const stored = written.filter(finder(secrets));
      return limited([...result, ...stored.map(() => 'a secret is in a table or in the log of the runtime')]);
    },
  },
  {
    id: 'S24',
    title: 'keeps personal data out of logs and reasons',
    faults: async (context) =>
      limited(
        (await allTrials(context)).flatMap((trial) => {
          const { example, data } = trial.plan.event;
          const personal = markedTexts(data, 'pii', example).filter(
            (value) => value.length >= SHORTEST_VALUE,
          );
          return textsOf(trial)
            .filter(
              ([place, text]) =>
                place !== STEPS && place !== REFERENCE && personal.some((value) => text.includes(value)),
            )
            .map(([place]) => `${trial.plan.title} leaves personal data in ${place}`);
        }),
      ),
  },
];

/** Texts that must be hidden. A credential in a setting that is not marked as a secret is left to rule S4. */
function hiddenTexts(
  subject: SinkUnderTest,
  config: Readonly<Record<string, unknown>>,
  requests: readonly StubRequest[],
): string[] {
  const secrets = secretsOf(subject, config);
  const open = Object.values(config).filter((value) => !secrets.includes(String(value)));
  return [...secrets, ...credentialsIn(requests).filter((credential) => !open.includes(credential))];
}

/** Finds out whether a text contains a secret in any encoding. Most trials have the same secrets, so masks are kept. */
function secretFinder(): (secrets: readonly string[]) => (text: string) => boolean {
  const masks = new Map<string, SecretMask>();
  return (secrets) => {
    const name = [...new Set(secrets)].join('\n');
    const mask = masks.get(name) ?? new SecretMask([...new Set(secrets)]);
    masks.set(name, mask);
    return (text) => text !== '' && mask.mask(text) !== text;
  };
}

const STEPS = 'the result of a step';
const REFERENCE = 'the reference';

function textsOf({ observation, reason, reference, steps }: ObservedTrial): [place: string, text: string][] {
  return [
    ...observation.lines.map(({ text }): [string, string] => ['the log', text]),
    ['the reason', reason],
    [REFERENCE, reference ?? ''],
    [STEPS, JSON.stringify(steps)],
  ];
}
