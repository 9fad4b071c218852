// Proves that the suite can fail: each faulty sink fails the rule that it breaks, and no other rule.
import { randomUUID } from 'node:crypto';
import type { Sink } from '@switchboard/sink';
import type { Rule, RuleContext } from './rule.ts';
import type { RuntimeRun } from './runtime-run.ts';
import { brokenBehaviour } from './test-broken-behaviour.ts';
import { brokenOutcomes } from './test-broken-outcomes.ts';
import { bothEvents, modelVendor, modelWith } from './test-model.ts';
import { batchModel, batchVendor, brokenBatches } from './test-model-batch.ts';
import { brokenPrepares, preparedModel, prepareVendor } from './test-model-prepare.ts';
import { checkConformance, rules } from './test-sink.ts';
import type { Vendor } from './vendor.ts';

const sinks = [...brokenBehaviour, ...brokenOutcomes, ...brokenBatches, ...brokenPrepares];

const failedRules = async (sink: Sink, vendor: Partial<Vendor> = {}) =>
  (await checkConformance(sink, { ...modelVendor(), ...vendor })).filter(({ faults }) => faults.length > 0);

test('the model follows every rule', async () => {
  expect(await failedRules(modelWith({}, bothEvents))).toEqual([]);
  expect(await failedRules(batchModel, batchVendor)).toEqual([]);
  expect(await failedRules(preparedModel, prepareVendor)).toEqual([]);
});

test('S30: a spec for a sink with batches must say how the vendor rejects one event', async () => {
  const { rejectInBatch: _, ...silent } = batchVendor;
  expect(await checkConformance(batchModel, silent)).toContainEqual({
    id: 'S30',
    title: expect.any(String),
    faults: ['its spec does not say how the vendor rejects one event of a batch: add rejectInBatch'],
  });
});

test('a known gap in idempotency can be declared, by the sink or in its spec', async () => {
  const duplicating = { ...modelWith({ externalId: () => randomUUID() }), idempotency: 'none' } as Sink;
  expect(await failedRules(duplicating)).toEqual([]);
  const notes: Partial<Vendor> = { mayDuplicate: ({ path }) => path.startsWith('/notes') };
  expect(await failedRules(modelWith({ externalId: () => randomUUID() }), notes)).toEqual([]);
});

test.concurrent.each(sinks)('$breaks: a sink that $how', async ({ breaks, sink, vendor }) => {
  const found = await failedRules(sink, vendor);
  expect(found).toEqual([expect.objectContaining({ id: breaks })]);
});

test('every rule that a sink can break has a sink that breaks it', () => {
  const broken = new Set(sinks.map(({ breaks }) => breaks));
  // The runtime counts, not the sink.
  expect(rules.map(({ id }) => id).filter((id) => !broken.has(id))).toEqual(['S28']);
});

test('S28: attempts that are not counted are found', async () => {
  const rule = rules.find(({ id }) => id === 'S28') as Rule;
  const faults = (countedOutcomes: string[], timedEffects: number) => {
    const results = [{ outcomes: ['retry', 'delivered'] }];
    const runtimeRun = async () => ({ results, countedOutcomes, timedEffects }) as unknown as RuntimeRun;
    return rule.faults({ runtimeRun } as unknown as RuleContext);
  };
  expect(await faults(['retry', 'delivered'], 1)).toEqual([]);
  expect(await faults(['delivered'], 1)).toHaveLength(1);
  expect(await faults(['retry', 'retry'], 1)).toHaveLength(1);
  expect(await faults(['retry', 'delivered'], 0)).toHaveLength(1);
});
