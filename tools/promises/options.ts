// The command line of `npm run promises`.
import { readArguments, UsageError } from '../command-line/arguments.mjs';

export const help = `npm run promises -- [bugs] [options]

Searches by machine for an order of events that breaks a promise about deliveries: that no event is lost or taken twice,
that no answered call is repeated, that deliveries of one key keep their order. Each run is a plan made by chance: chunks
of 1 to 3,000 events of up to four partitions, several processes that start, stop, freeze and are killed, partitions that
move, statements of Postgres and calls of the vendor that are refused, cut, delayed or answered into the void, retries,
parking and replays. A plan that breaks a promise is made as small as it can be, and shown.

  bugs             instead: builds the runtime with seeded mistakes, one at a time; each must be found
  --minutes N      how long to search, or to search for each mistake; default 1
  --seed N         the same plans again; default: another each time
  --plan FILE      the plan of this file again and again, as it was shown when it was found
  --help

TEST_DATABASE_URL names a Postgres to use; without it a fresh one is started and removed. Exit code: 0 nothing found (bugs:
each found), 1 a promise is broken (bugs: one was not found), 2 usage.
`;

export interface Options {
  readonly help: boolean;
  readonly bugs: boolean;
  readonly minutes: number;
  readonly seed: number;
  /** The file of a plan to run in place of others. */
  readonly plan: string | undefined;
  /** A plan that is found is shown as it is. For runs that only ask whether something is found. */
  readonly keepLarge: boolean;
}

const MAX_SEED = 0x7fff_ffff;

const known = {
  allowPositionals: true,
  options: {
    help: { type: 'boolean', default: false },
    minutes: { type: 'string' },
    seed: { type: 'string' },
    plan: { type: 'string' },
    'keep-large': { type: 'boolean', default: false },
  },
} as const;

/** Reads a command line; throws UsageError. */
export function readOptions(args: readonly string[]): Options {
  const { values, positionals } = readArguments(args, known);
  const [first, ...more] = positionals;
  if ((first !== undefined && first !== 'bugs') || more.length > 0)
    throw new UsageError(`say bugs or nothing, not: ${positionals.join(' ')}`);
  if (first === 'bugs' && values.plan !== undefined)
    throw new UsageError('--plan runs one plan as it is: say it without bugs');
  return {
    help: values.help,
    bugs: first === 'bugs',
    minutes: numberOf('--minutes', values.minutes ?? '1', 0.01, 24 * 60),
    seed:
      values.seed === undefined
        ? Math.floor(Math.random() * MAX_SEED)
        : Math.floor(numberOf('--seed', values.seed, 0, MAX_SEED)),
    plan: values.plan,
    keepLarge: values['keep-large'],
  };
}

function numberOf(option: string, text: string, min: number, max: number): number {
  const number = Number(text);
  if (text.trim() === '' || !(number >= min && number <= max))
    throw new UsageError(`${option} ${text}: must be a number from ${min} to ${max}`);
  return number;
}
