// The command line of `npm run faults`.
import { resolve } from 'node:path';
import { outputFile, readArguments, wholeNumber } from '../../command-line/arguments.mjs';

export interface Options {
  readonly names: readonly string[];
  readonly help: boolean;
  readonly events: number;
  readonly rate: number;
  readonly json: string | undefined;
  readonly dist: string | undefined;
  /** The scenarios' orders are carried out; else each must notice that they were not. */
  readonly troubled: boolean;
}

export const QUICK_EVENTS = 5_000;
export const FULL_EVENTS = 100_000;

export const help = `npm run faults -- NAME... [options]

Runs the shipped services as processes on a Kafka and a Postgres of their own, makes trouble while events are posted, and
checks at the end by event id that nothing was lost, doubled beyond the promise, or overtaken.

  list            names the scenarios and what each proves, and the bugs
  all             runs every scenario
  NAME...         runs these
  bugs [NAME...]  builds services with a mistake each, and passes when the mistake's scenario fails for it; always quick

  --quick         ${QUICK_EVENTS.toLocaleString('en')} events instead of ${FULL_EVENTS.toLocaleString('en')}
  --events N      so many events
  --rate N        posts per second at most (400)
  --json FILE     writes every result with all its counts
  --dist FOLDER   the bundles to run (dist)
  --without-trouble
                  carries out no order of a scenario: each must fail for it, and passes when it does
  --help

Exit code 0: all passed (of bugs: all were noticed); 1: one failed; 2: the command line was wrong.
`;

const known = {
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    events: { type: 'string' },
    rate: { type: 'string', default: '400' },
    json: { type: 'string' },
    dist: { type: 'string' },
    'without-trouble': { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
} as const;

/** Reads the command line. Throws UsageError. */
export function readOptions(argv: readonly string[]): Options {
  const { values, positionals } = readArguments(argv, known, 'npm run faults -- --help');
  const quick = values.quick || positionals[0] === 'bugs' ? QUICK_EVENTS : FULL_EVENTS;
  return {
    names: positionals,
    help: values.help,
    events: values.events === undefined ? quick : wholeNumber('--events', values.events, 500),
    rate: wholeNumber('--rate', values.rate, 1),
    json: values.json === undefined ? undefined : outputFile('--json', values.json),
    dist: values.dist && resolve(values.dist),
    troubled: !values['without-trouble'],
  };
}
