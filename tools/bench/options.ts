// The command line of `npm run bench`.
import { outputFile, readArguments, UsageError, wholeNumber } from '../command-line/arguments.mjs';

/** The benches there are, in the order that `all` runs them. */
export const benchNames = [
  'router',
  'enricher',
  'model',
  'ingest',
  'deliver',
  'growth',
  'latency',
  'whole',
  'memory',
  'retention',
] as const;

export type BenchName = (typeof benchNames)[number];

export const help = `npm run bench -- NAME [options]

Measures the services as they are shipped, each figure beside its reference, where it has one, in the same run.
Contestants of router are warmed until their rate is steady and then measured for 20 s.

  router     events/s of one replica and of two; Kafka Streams, kafkajs alone, Nest's stock Kafka server
  enricher   events/s of one replica with the local analyser, also with details to fetch; kafkajs alone forwarding the same
             events
  model      the model step beside a server that takes 800 ms: a steady load, the highest load kept; beside one that fails
             in four ways; on a budget; alone
  ingest     signed webhooks/s of the whole service; a bare HTTP server that does the least it could; 1,000 tenants
             beside one; signed webhooks beside strangers
  deliver    deliveries/s of one sink service, with 64 and with 5,000 conversations; the same posts with nothing kept; p99
             beside integrations that fail, and beside slow ones; the same without them
  growth     deliveries/s with 2,000 integrations, beside 2,000,000 parked rows, beside backlogs of 1,000 integrations, and
             on a full ledger of the same integration; one integration alone. Statements and a take-over beside such rows
  latency    signed webhook to effect at the receiver, at a steady 500 events/s; one Kafka hop
  whole      the most webhooks/s that the whole system keeps up with, and CPU per event by process at several rates
  memory     resident memory of each service, idle and after work; a bare Nest service
  retention  longest wait of others while a day of 2 GB with 500,000 waiting rows is cleaned, and dropped
  all        all of them

router, enricher, ingest and the rates of deliver and growth run in interleaved rounds: shown are the median and, in
brackets, the smallest and largest of the rounds. The rest is measured once, without rounds:
  whole      rates are tried one after the other on one system; the highest that held is run once more for longer
  latency    the hop runs once, then the system once: shown is the percentile of the whole run and, in brackets, the
             smallest and largest of its five parts, which are slices of that one run
  memory     one reading of each service at each of its three moments, one of the bare service: no spread
  deliver    its waiting times are of one run each: no spread; each search of dead letters is timed 20 times
  growth     its take-overs are of one run each, with 200,000 parked rows when --quick; the look for due rows is timed 20
             times

  --quick       fewer and shorter rounds; what is measured once runs for a shorter time or on less
  --tenants N   of whole: so many tenants with two integrations each (1)
  --json FILE   the figures as JSON as well
  --help

TEST_KAFKA_BROKERS and TEST_DATABASE_URL name servers to use; without them fresh ones are started and removed. Java 17
and Maven are needed for the broker and for Kafka Streams. Exit code: 0 all targets met, 1 one missed or a bench failed, 2 usage.
`;

export interface Options {
  readonly help: boolean;
  readonly names: readonly BenchName[];
  readonly quick: boolean;
  readonly json: string | undefined;
  /** Of the whole system's bench. */
  readonly tenants: number;
}

const known = {
  allowPositionals: true,
  options: {
    help: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
    json: { type: 'string' },
    tenants: { type: 'string', default: '1' },
  },
} as const;

/** Reads a command line; throws UsageError. */
export function readOptions(args: readonly string[]): Options {
  const { values, positionals } = readArguments(args, known);
  if (values.help) return { help: true, names: [], quick: false, json: undefined, tenants: 1 };
  const [name, ...more] = positionals;
  const names = name === 'all' ? benchNames : benchNames.filter((one) => one === name);
  if (names.length === 0 || more.length > 0) {
    const given = positionals.length > 0 ? positionals.join(' ') : 'nothing';
    throw new UsageError(`name one bench (${benchNames.join(', ')} or all), not: ${given}`);
  }
  return {
    help: false,
    names,
    quick: values.quick,
    json: values.json === undefined ? undefined : outputFile('--json', values.json),
    tenants: wholeNumber('--tenants', values.tenants, 1, 5_000),
  };
}
