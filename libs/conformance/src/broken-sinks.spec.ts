// The suite can fail: sinks that are broken in one way each fail the rule that they break, and no other.
import { randomUUID } from 'node:crypto';
import type { Sink } from '@switchboard/sink';
import type { Must, Seen } from './must.ts';
import { brokenManners } from './test-broken-manners.ts';
import { brokenOutcomes } from './test-broken-outcomes.ts';
import type { Life } from './test-life.ts';
import { both, modelVendor, modelWith } from './test-model.ts';
import { batchModel, batchVendor, brokenBatches } from './test-model-batch.ts';
import { brokenPrepares, preparedModel, prepareVendor } from './test-model-prepare.ts';
import { conformance, musts } from './test-sink.ts';
import type { Vendor } from './vendor.ts';

const sinks = [...brokenManners, ...brokenOutcomes, ...brokenBatches, ...brokenPrepares];

const faulty = async (sink: Sink, vendor: Partial<Vendor> = {}) =>
  (await conformance(sink, { ...modelVendor(), ...vendor })).filter(({ faults }) => faults.length > 0);

test('the model is as it must be', async () => {
  expect(await faulty(modelWith({}, both))).toEqual([]);
  expect(await faulty(batchModel, batchVendor)).toEqual([]);
  expect(await faulty(preparedModel, prepareVendor)).toEqual([]);
});

test('S30: a vendor of batches whose spec does not say how it refuses one event', async () => {
  const { refuseOne: _, ...silent } = batchVendor;
  expect(await conformance(batchModel, silent)).toContainEqual({
    id: 'S30',
    title: expect.any(String),
    faults: ['its spec does not say how the vendor refuses one event of a batch'],
  });
});

test('a sink that doubles may say so', async () => {
  const doubling = { ...modelWith({ externalId: () => randomUUID() }), idempotency: 'none' } as Sink;
  expect(await faulty(doubling)).toEqual([]);
  const notes: Partial<Vendor> = { doubles: ({ path }) => path.startsWith('/notes') };
  expect(await faulty(modelWith({ externalId: () => randomUUID() }), notes)).toEqual([]);
});

test.concurrent.each(sinks)('$breaks: a sink that $how', async ({ breaks, sink, vendor }) => {
  const found = await faulty(sink, vendor);
  expect(found).toEqual([expect.objectContaining({ id: breaks })]);
});

test('every rule that a sink can break has a sink that breaks it', () => {
  const broken = new Set(sinks.map(({ breaks }) => breaks));
  // What is counted is the runtime's.
  expect(musts.map(({ id }) => id).filter((id) => !broken.has(id))).toEqual(['S28']);
});

test('S28: attempts that nobody has counted are missed', async () => {
  const counts = musts.find(({ id }) => id === 'S28') as Must;
  const life = (counted: string[], effects: number) => async () =>
    ({ lived: [{ outcomes: ['retry', 'delivered'] }], counted, effects }) as unknown as Life;
  const faults = (seen: Pick<Seen, 'life'>) => counts.faults(seen as Seen);
  expect(await faults({ life: life(['retry', 'delivered'], 1) })).toEqual([]);
  expect(await faults({ life: life(['delivered'], 1) })).toHaveLength(1);
  expect(await faults({ life: life(['retry', 'retry'], 1) })).toHaveLength(1);
  expect(await faults({ life: life(['retry', 'delivered'], 0) })).toHaveLength(1);
});
