// A correct sink with batches and its vendor, and faulty versions of them.
import { leadQualified } from '@switchboard/contracts';
import {
  type Batch,
  bearer,
  byStatus,
  defineSink,
  delivered,
  isOutcome,
  rejected,
  type Sink,
} from '@switchboard/sink';
import type { StubRequest } from '@switchboard/testing';
import { z } from 'zod';
import type { BrokenSink } from './test-model.ts';
import { config } from './test-model.ts';
import type { Vendor } from './vendor.ts';

type ModelBatch = Batch<readonly [typeof leadQualified], typeof config>;
type Deliver = ModelBatch['deliver'];

const results = z.object({ results: z.array(z.object({ id: z.string(), error: z.string().optional() })) });

const deliver: Deliver = async (entries, ctx) => {
  const records = entries.map(({ idempotencyKey, event }) => ({ id: idempotencyKey, lead: event.data }));
  const reply = await ctx.http.post(`${ctx.config.url}/batch`, { endpoint: '/batch', json: { records } });
  const outcome = byStatus(reply);
  if (outcome.kind !== 'delivered') return outcome;
  const body = results.safeParse(reply.json());
  if (!body.success) return delivered();
  const errors = new Map(body.data.results.map(({ id, error }) => [id, error]));
  return entries.map(({ idempotencyKey }) =>
    errors.get(idempotencyKey) === undefined ? delivered() : rejected('the record is invalid'),
  );
};

function modelBatch(deliverBatch: Deliver = deliver): Sink {
  return defineSink({
    name: 'model-batch',
    accepts: [leadQualified],
    config,
    idempotency: 'external-id',
    auth: bearer<z.output<typeof config>>(({ token }) => token),
    batch: { size: 50, waitSeconds: 1, deliver: deliverBatch },
  }) as unknown as Sink;
}

/** The correct sink. */
export const batchModel = modelBatch();

/** A vendor that stores records under the id that we send, and answers for each record. */
export const batchVendor: Vendor = {
  config: (url) => ({ url, token: 'tok_5f0c6f8e1d2b4c3a' }),
  answer(request, keep) {
    if (request.method === 'GET') return { body: {} };
    for (const id of idsIn(request)) keep(id);
    return { body: { results: idsIn(request).map((id) => ({ id })) } };
  },
  rejectInBatch: (request, nth) =>
    request.method === 'GET'
      ? { body: {} }
      : {
          status: 207,
          body: { results: idsIn(request).map((id, i) => (i === nth ? { id, error: 'invalid' } : { id })) },
        },
  errorsIn2xx: [],
  outcomes: {},
};

function idsIn({ json }: StubRequest): string[] {
  return (json as { records: { id: string }[] }).records.map(({ id }) => id);
}

/** Faulty versions. */
export const brokenBatches: readonly BrokenSink[] = [
  {
    breaks: 'S29',
    how: 'makes a look-up for each event of a batch',
    sink: modelBatch(async (entries, ctx) => {
      for (const { idempotencyKey } of entries) {
        const at = `${ctx.config.url}/records/${idempotencyKey}`;
        const outcome = byStatus(await ctx.http.get(at, { endpoint: '/records/{id}' }));
        if (outcome.kind !== 'delivered') return outcome;
      }
      return deliver(entries, ctx);
    }),
    vendor: batchVendor,
  },
  {
    breaks: 'S30',
    how: 'takes every event of a batch for delivered',
    sink: modelBatch(async (entries, ctx) => {
      const outcomes = await deliver(entries, ctx);
      return isOutcome(outcomes) ? outcomes : delivered();
    }),
    vendor: batchVendor,
  },
  {
    breaks: 'S30',
    how: 'returns the outcomes of a batch in another order',
    sink: modelBatch(async (entries, ctx) => {
      const outcomes = await deliver(entries, ctx);
      return isOutcome(outcomes) ? outcomes : [...outcomes.slice(1), ...outcomes.slice(0, 1)];
    }),
    vendor: batchVendor,
  },
  {
    breaks: 'S31',
    how: 'returns an outcome for each event when the batch failed as a whole',
    sink: modelBatch(async (entries, ctx) => {
      const outcomes = await deliver(entries, ctx);
      return isOutcome(outcomes) ? entries.map(() => outcomes) : outcomes;
    }),
    vendor: batchVendor,
  },
];
