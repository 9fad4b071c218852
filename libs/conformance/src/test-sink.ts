// The conformance suite of sinks: each rule of docs/spec/sink.md is a test for the given sink.
import type { Sink } from '@switchboard/sink';
import { answerRules } from './answer-rules.ts';
import { batchRules } from './batch-rules.ts';
import { behaviourRules } from './behaviour-rules.ts';
import { checkRules, prepareRules } from './check-rules.ts';
import { declarationRules } from './declaration-rules.ts';
import { idempotencyRules } from './idempotency-rules.ts';
import type { Rule, RuleContext } from './rule.ts';
import { runInRuntime } from './runtime-run.ts';
import { secrecyRules } from './secrecy-rules.ts';
import { lazy, trialsOf } from './trials.ts';
import type { Vendor } from './vendor.ts';

export type { ConnectionFault, ExpectedOutcome, HasObject, KeepObject, Vendor } from './vendor.ts';

/** Every rule, in the order of docs/spec/sink.md. */
export const rules: readonly Rule[] = [
  ...declarationRules,
  ...behaviourRules,
  ...checkRules,
  ...answerRules,
  ...secrecyRules,
  ...idempotencyRules,
  ...batchRules,
  ...prepareRules,
];

/** The result of one rule. */
export interface Finding {
  readonly id: string;
  readonly title: string;
  /** Empty when the sink follows the rule. */
  readonly faults: readonly string[];
}

/**
 * Registers a test for each rule. Needs the test database, in which it creates a schema and drops it again. Takes two or
 * three seconds on a quiet machine. Rules share their trials: the first rule that needs one runs it.
 */
export function testSink(sink: Sink, vendor: Vendor): void {
  describe(`the sink ${sink.name}`, () => {
    const context = contextOf(sink, vendor);
    for (const { id, title, faults } of rules) {
      test(`${id} ${title}`, async () => expect(await faults(context)).toEqual([]));
    }
  });
}

/** Checks every rule, like `testSink`, and returns the results as a list. */
export async function checkConformance(sink: Sink, vendor: Vendor): Promise<Finding[]> {
  const context = contextOf(sink, vendor);
  const findings: Finding[] = [];
  for (const { id, title, faults } of rules) findings.push({ id, title, faults: await faults(context) });
  return findings;
}

function contextOf(sink: Sink, vendor: Vendor): RuleContext {
  const trials = trialsOf({ sink, vendor });
  return {
    sink,
    vendor,
    trials,
    runtimeRun: lazy(async () => runInRuntime({ sink, vendor }, trials.events, await trials.callSequences())),
  };
}
