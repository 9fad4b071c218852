// Runs the compared programs in rounds. Each runs once per round, in a changing order, so that slow drifts of the
// machine affect all of them alike.
import { seconds } from '../command-line/progress.mjs';
import type { Pair } from './statistics.ts';
import type { Workbench } from './workbench.ts';

/** One measurement of a contestant; `note` tells how far it is. */
export type Contestant<Result> = (round: number, note: (text: string) => void) => Promise<Result>;

/** Results of each contestant, in the order of the rounds. */
export type Results<Name extends string, Result> = Readonly<Record<Name, readonly Result[]>>;

/** Runs all contestants so many rounds. */
export async function playRounds<Name extends string, Result>(
  { progress }: Pick<Workbench, 'progress'>,
  options: {
    rounds: number;
    contestants: Readonly<Record<Name, Contestant<Result>>>;
    show: (result: Result) => string;
  },
): Promise<Results<Name, Result>> {
  const { rounds, contestants, show } = options;
  const names = Object.keys(contestants) as Name[];
  const results = Object.fromEntries(names.map((name) => [name, [] as Result[]])) as Record<Name, Result[]>;
  const begun = performance.now();
  for (let round = 1; round <= rounds; round += 1) {
    for (const name of round % 2 === 1 ? names : names.toReversed()) {
      await progress.step(
        `round ${round} of ${rounds}, ${name}`,
        async ({ note }) => {
          const result = await contestants[name](round, note);
          results[name].push(result);
          return result;
        },
        show,
      );
    }
    const left = ((performance.now() - begun) / round) * (rounds - round);
    if (left > 0) progress.say(`  about ${seconds(left)} left`);
  }
  return results;
}

/** Puts two contestants beside each other, round by round. */
export function pairs<Result>(
  ours: readonly Result[],
  reference: readonly Result[],
  value: (result: Result) => number,
): Pair[] {
  return ours.flatMap((one, round) => {
    const other = reference[round];
    return other === undefined ? [] : [{ ours: value(one), reference: value(other) }];
  });
}
