// The conformance suite of sinks: each rule of docs/spec/sink.md is a test of its own for the sink that is given.
import type { Sink } from '@switchboard/sink';
import { answerMusts } from './answer-musts.ts';
import { batchMusts } from './batch-musts.ts';
import { declarationMusts } from './declaration-musts.ts';
import { mannersMusts } from './manners-musts.ts';
import type { Must, Seen } from './must.ts';
import { onceMusts } from './once-musts.ts';
import { prepareMusts } from './prepare-musts.ts';
import { secrecyMusts } from './secrecy-musts.ts';
import { live } from './test-life.ts';
import { once, trialsOf } from './trials.ts';
import type { Vendor } from './vendor.ts';

export type { Must } from './must.ts';
export type { Has, Keep, Meaning, Trouble, Vendor } from './vendor.ts';

/** Every rule, in the order of docs/spec/sink.md. */
export const musts: readonly Must[] = [
  ...declarationMusts,
  ...mannersMusts,
  ...answerMusts,
  ...secrecyMusts,
  ...onceMusts,
  ...batchMusts,
  ...prepareMusts,
];

/** What a rule found. */
export interface Finding {
  readonly id: string;
  readonly title: string;
  /** Empty when the sink does as it must. */
  readonly faults: readonly string[];
}

/**
 * Registers a test for each rule. Needs the database that specs have, of which it makes and drops a schema; takes two or
 * three seconds on a machine that is not busy. What rules look at is tried once, by the first that asks.
 */
export function testSink(sink: Sink, vendor: Vendor): void {
  describe(`the sink ${sink.name}`, () => {
    const seen = see(sink, vendor);
    for (const { id, title, faults } of musts) {
      test(`${id} ${title}`, async () => expect(await faults(seen)).toEqual([]));
    }
  });
}

/** The same as a list. */
export async function conformance(sink: Sink, vendor: Vendor): Promise<Finding[]> {
  const seen = see(sink, vendor);
  const findings: Finding[] = [];
  for (const { id, title, faults } of musts) findings.push({ id, title, faults: await faults(seen) });
  return findings;
}

function see(sink: Sink, vendor: Vendor): Seen {
  const trials = trialsOf({ sink, vendor });
  return {
    sink,
    vendor,
    trials,
    life: once(async () => live({ sink, vendor }, trials.events, await trials.courses())),
  };
}
