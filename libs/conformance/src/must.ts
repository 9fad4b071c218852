// What a rule of docs/spec/sink.md is in code: a number, a sentence, and what it finds wrong with a sink.
import { markedTexts } from '@switchboard/contracts';
import type { StubRequest } from '@switchboard/testing';
import type { Life } from './test-life.ts';
import type { Subject, Trial } from './trial.ts';
import type { Trials } from './trials.ts';

/** Everything that rules judge by; each part is made when it is first asked for. */
export interface Seen extends Subject {
  readonly trials: Trials;
  /** The sink in the runtime; needs a Postgres. */
  readonly life: () => Promise<Life>;
}

/** A rule. */
export interface Must {
  /** As docs/spec/sink.md numbers it. */
  readonly id: string;
  /** Goes on after "a sink". */
  readonly title: string;
  /** What is wrong, a sentence each; empty when nothing is. */
  readonly faults: (seen: Seen) => Promise<readonly string[]>;
}

/** Every trial that ended in some way. */
export async function allTrials({ trials }: Seen): Promise<Trial[]> {
  const [clean, bare, answered, replays, checks, prepared] = await Promise.all([
    trials.clean(),
    trials.bare(),
    trials.answered(),
    trials.replays(),
    trials.checks(),
    trials.prepared(),
  ]);
  return [
    ...clean,
    ...bare,
    ...answered.map(({ trial }) => trial),
    ...replays.flatMap(({ first, second }) => [first, second]),
    ...checks,
    ...prepared,
  ];
}

/** How a trial ended, for people. */
export function ending({ kind, reason }: Trial): string {
  return reason === '' ? kind : `${kind} ("${reason}")`;
}

/** The secrets among settings. */
export function secretsOf({ sink }: Subject, config: Readonly<Record<string, unknown>>): string[] {
  return markedTexts(sink.config, 'secret', config);
}

/** The credentials that requests carry, got with a grant maybe. */
export function credentialsIn(requests: readonly StubRequest[]): string[] {
  const sent = requests.flatMap(({ headers }) => headers.authorization?.split(' ').at(-1) ?? []);
  return [...new Set(sent)];
}

/** Each fault once, and not hundreds of them. */
export function few(faults: readonly string[]): string[] {
  const MOST = 12;
  const each = [...new Set(faults)];
  return each.length <= MOST ? each : [...each.slice(0, MOST), `and ${each.length - MOST} more`];
}
