// What a rule of docs/spec/sink.md is in code: its number, its title, and the faults that it finds in a sink.
import { markedTexts } from '@switchboard/contracts';
import type { StubRequest } from '@switchboard/testing';
import type { RuntimeRun } from './runtime-run.ts';
import type { ObservedTrial, SinkUnderTest } from './trial.ts';
import type { Trials } from './trials.ts';

/** Everything that rules judge by. Each part is made when a rule first asks for it. */
export interface RuleContext extends SinkUnderTest {
  readonly trials: Trials;
  /** The sink in the delivery runtime; needs Postgres. */
  readonly runtimeRun: () => Promise<RuntimeRun>;
}

/** A rule. */
export interface Rule {
  /** Its number in docs/spec/sink.md. */
  readonly id: string;
  /** Continues a sentence that begins with "a sink". */
  readonly title: string;
  /** One sentence for each fault; empty when the sink follows the rule. */
  readonly faults: (context: RuleContext) => Promise<readonly string[]>;
}

/** Every trial that leaves reasons, references, steps or log lines. */
export async function allTrials({ trials }: RuleContext): Promise<ObservedTrial[]> {
  const [examples, reduced, answers, repeats, checks, prepares] = await Promise.all([
    trials.examples(),
    trials.reducedEvents(),
    trials.answerCases(),
    trials.repeats(),
    trials.checks(),
    trials.prepares(),
  ]);
  return [
    ...examples,
    ...reduced,
    ...answers.map(({ trial }) => trial),
    ...repeats.flatMap(({ first, second }) => [first, second]),
    ...checks,
    ...prepares,
  ];
}

/** The outcome of a trial, as faults print it. */
export function outcomeText({ kind, reason }: ObservedTrial): string {
  return reason === '' ? kind : `${kind} ("${reason}")`;
}

/** The values of secret settings. */
export function secretsOf({ sink }: SinkUnderTest, config: Readonly<Record<string, unknown>>): string[] {
  return markedTexts(sink.config, 'secret', config);
}

/** The credentials in the `authorization` headers of requests. They may be tokens that the runtime obtained. */
export function credentialsIn(requests: readonly StubRequest[]): string[] {
  const sent = requests.flatMap(({ headers }) => headers.authorization?.split(' ').at(-1) ?? []);
  return [...new Set(sent)];
}

const MAX_FAULTS = 12;

/** Each fault once, and a limited number of them, so that a report stays readable. */
export function limited(faults: readonly string[]): string[] {
  const unique = [...new Set(faults)];
  return unique.length <= MAX_FAULTS
    ? unique
    : [...unique.slice(0, MAX_FAULTS), `and ${unique.length - MAX_FAULTS} more`];
}
