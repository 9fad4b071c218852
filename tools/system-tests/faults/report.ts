// Prints the result of a run: a table for people, and the same with all counts for programs.
import { inColumns, numbers } from '../../command-line/table.mjs';
import type { Violation } from './violations.ts';

/** How a scenario ended. */
export interface Result {
  readonly scenario: string;
  readonly events: number;
  readonly accepted: number;
  /** Accepted while the trouble lasted. */
  readonly acceptedInTrouble: number;
  /** Rows of the ledger that ended delivered. */
  readonly delivered: number;
  /** Calls that had an effect at a vendor. */
  readonly effects: number;
  /**
   * Effects that were repeated, and how many the promise allows here: after a death each call under way, and no other.
   */
  readonly doubled: number;
  readonly mayDouble: number;
  /** By topic: records beyond the first of each event, which at-least-once allows. */
  readonly repeatedRecords: Readonly<Record<string, number>>;
  readonly lost: number;
  readonly outOfOrder: number;
  /** Answers to posts by status; 0 are connections that broke. */
  readonly answers: Readonly<Record<string, number>>;
  readonly vendorFaults: number;
  /** Attempts that delivered nothing, by what the runtime wrote about them. */
  readonly failedAttempts: Readonly<Record<string, number>>;
  /** From the end of the trouble until something new was accepted and something delivered: 60 s are allowed. */
  readonly resumedSeconds: number | null;
  /** From the last post until nothing waited any more. */
  readonly settledSeconds: number | null;
  /**
   * How long that may take: 60 s, in a run of more than 10,000 events beside what its backlog takes at its own rate.
   */
  readonly settlingBoundSeconds: number;
  readonly violations: readonly Violation[];
  readonly passed: boolean;
  readonly seconds: number;
  /** Where the services' logs are, when it failed. */
  readonly logs?: string;
}

/** Of a run whose trouble was left out: it passes when the scenario has noticed, whatever else it saw. */
export function noticed(result: Result): Result {
  const kinds = ['scenario', 'idle', 'dead-letter'];
  const seen = result.violations.some(({ kind }) => kinds.includes(kind));
  const missed: Violation = {
    kind: 'scenario',
    count: 1,
    examples: ['its trouble did not happen, and it did not notice: it could pass when nothing happens'],
  };
  return { ...result, passed: seen, violations: seen ? result.violations : [...result.violations, missed] };
}

type Column = readonly [title: string, value: (result: Result) => string];

const whole = (count: number) => count.toLocaleString('en');
const seconds = (count: number | null) => (count === null ? 'never' : count.toFixed(1));

const columns: readonly Column[] = [
  ['scenario', ({ scenario }) => scenario],
  ['events', ({ events }) => whole(events)],
  ['accepted', ({ accepted }) => whole(accepted)],
  ['delivered', ({ delivered }) => whole(delivered)],
  ['doubled (allowed)', ({ doubled, mayDouble }) => `${whole(doubled)} (${whole(mayDouble)})`],
  ['lost', ({ lost }) => whole(lost)],
  ['out of order', ({ outOfOrder }) => whole(outOfOrder)],
  ['resumed s', ({ resumedSeconds }) => seconds(resumedSeconds)],
  [
    'settled s (allowed)',
    ({ settledSeconds, settlingBoundSeconds }) =>
      `${seconds(settledSeconds)} (${settlingBoundSeconds.toFixed(0)})`,
  ],
  ['seconds', (result) => result.seconds.toFixed(0)],
  ['', ({ passed }) => (passed ? 'PASS' : 'FAIL')],
];

/** The table, and under it what was violated in those that failed. */
export function tableOf(results: readonly Result[]): string {
  const rows = [
    columns.map(([title]) => title),
    ...results.map((result) => columns.map(([, value]) => value(result))),
  ];
  const lines = inColumns(rows, numbers);
  return [...lines, ...results.filter(({ passed }) => !passed).flatMap(faultsOf), ''].join('\n');
}

function faultsOf({ scenario, violations, failedAttempts, logs }: Result): string[] {
  return [
    '',
    `${scenario} failed:`,
    ...violations.flatMap(({ kind, count, examples }) => [
      `  ${kind} (${whole(count)})`,
      ...examples.map((example) => `    ${example}`),
      ...(count > examples.length ? [`    and ${whole(count - examples.length)} more`] : []),
    ]),
    ...Object.entries(failedAttempts).map(([what, times]) => `  ${whole(times)} attempts: ${what}`),
    `  logs of its services: ${logs ?? 'none'}`,
  ];
}
