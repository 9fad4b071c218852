// Rules about what must not be seen: secrets anywhere, personal data in logs and reasons.
import { markedTexts } from '@switchboard/contracts';
import { SecretMask } from '@switchboard/delivery';
import type { StubRequest } from '@switchboard/testing';
import { allTrials, credentialsIn, few, type Must, secretsOf } from './must.ts';
import type { Subject, Trial } from './trial.ts';

/** What is shorter may stand in a reason by chance. */
const SHORTEST_VALUE = 4;

export const secrecyMusts: readonly Must[] = [
  {
    id: 'S23',
    title: 'keeps secrets out of logs, reasons, references, steps and everything that is stored',
    async faults(seen) {
      const finder = findsOf();
      const result = (await allTrials(seen)).flatMap((trial) => {
        const finds = finder(hiddenIn(seen, trial.config, trial.requests));
        return placesOf(trial)
          .filter(([, text]) => finds(text))
          .map(([place]) => `${trial.attempt.what} leaves a secret in ${place}`);
      });
      const { lived, written } = await seen.life();
      const secrets = lived.flatMap(({ there: { url, requests } }) =>
        hiddenIn(seen, seen.vendor.config(url), requests),
      );
      const stored = written.filter(finder(secrets));
      return few([...result, ...stored.map(() => 'a secret is in a table or in the log of the runtime')]);
    },
  },
  {
    id: 'S24',
    title: 'keeps personal data out of logs and reasons',
    faults: async (seen) =>
      few(
        (await allTrials(seen)).flatMap((trial) => {
          const { example, data } = trial.attempt.event;
          const personal = markedTexts(data, 'pii', example).filter(
            (value) => value.length >= SHORTEST_VALUE,
          );
          return placesOf(trial)
            .filter(
              ([place, text]) =>
                place !== STEPS && place !== REFERENCE && personal.some((value) => text.includes(value)),
            )
            .map(([place]) => `${trial.attempt.what} leaves personal data in ${place}`);
        }),
      ),
  },
];

/** What must be hidden. A setting that is not marked is not hidden anywhere: that is another rule's. */
function hiddenIn(
  subject: Subject,
  config: Readonly<Record<string, unknown>>,
  requests: readonly StubRequest[],
): string[] {
  const secrets = secretsOf(subject, config);
  const open = Object.values(config).filter((value) => !secrets.includes(String(value)));
  return [...secrets, ...credentialsIn(requests).filter((credential) => !open.includes(credential))];
}

/** Tells whether a text has one of some secrets in it, in whatever form. Most trials have the same. */
function findsOf(): (secrets: readonly string[]) => (text: string) => boolean {
  const known = new Map<string, SecretMask>();
  return (secrets) => {
    const name = [...new Set(secrets)].join('\n');
    const mask = known.get(name) ?? new SecretMask([...new Set(secrets)]);
    known.set(name, mask);
    return (text) => text !== '' && mask.mask(text) !== text;
  };
}

const STEPS = 'the result of a step';
const REFERENCE = 'the reference';

function placesOf({ witness, reason, reference, steps }: Trial): [place: string, text: string][] {
  return [
    ...witness.lines.map(({ text }): [string, string] => ['the log', text]),
    ['the reason', reason],
    [REFERENCE, reference ?? ''],
    [STEPS, JSON.stringify(steps)],
  ];
}
