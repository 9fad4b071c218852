// A sink of batches and its vendor as they should be, and the ways to break them.
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
import type { Broken } from './test-breaking.ts';
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
  const told = results.safeParse(reply.json());
  if (!told.success) return delivered();
  const errors = new Map(told.data.results.map(({ id, error }) => [id, error]));
  return entries.map(({ idempotencyKey }) =>
    errors.get(idempotencyKey) === undefined ? delivered() : rejected('the record is invalid'),
  );
};

function modelBatch(its: Deliver = deliver): Sink {
  return defineSink({
    name: 'model-batch',
    accepts: [leadQualified],
    config,
    idempotency: 'external-id',
    auth: bearer<z.output<typeof config>>(({ token }) => token),
    batch: { size: 50, waitSeconds: 1, deliver: its },
  }) as unknown as Sink;
}

/** The model. */
export const batchModel = modelBatch();

/** A vendor that keeps records by the id we give them, and answers for each. */
export const batchVendor: Vendor = {
  config: (url) => ({ url, token: 'tok_5f0c6f8e1d2b4c3a' }),
  answer(request, keep) {
    if (request.method === 'GET') return { body: {} };
    for (const id of idsIn(request)) keep(id);
    return { body: { results: idsIn(request).map((id) => ({ id })) } };
  },
  refuseOne: (request, nth) =>
    request.method === 'GET'
      ? { body: {} }
      : {
          status: 207,
          body: { results: idsIn(request).map((id, i) => (i === nth ? { id, error: 'invalid' } : { id })) },
        },
  notOk: [],
  answers: {},
};

function idsIn({ json }: StubRequest): string[] {
  return (json as { records: { id: string }[] }).records.map(({ id }) => id);
}

/** The model, broken. */
export const brokenBatches: readonly Broken[] = [
  {
    breaks: 'S29',
    how: 'looks each event of a batch up by itself',
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
    how: 'believes that all of a batch were taken',
    sink: modelBatch(async (entries, ctx) => {
      const said = await deliver(entries, ctx);
      return isOutcome(said) ? said : delivered();
    }),
    vendor: batchVendor,
  },
  {
    breaks: 'S30',
    how: 'has the outcomes of a batch in an order of its own',
    sink: modelBatch(async (entries, ctx) => {
      const said = await deliver(entries, ctx);
      return isOutcome(said) ? said : [...said.slice(1), ...said.slice(0, 1)];
    }),
    vendor: batchVendor,
  },
  {
    breaks: 'S31',
    how: 'has an outcome for each event of a batch that failed as a whole',
    sink: modelBatch(async (entries, ctx) => {
      const said = await deliver(entries, ctx);
      return isOutcome(said) ? entries.map(() => said) : said;
    }),
    vendor: batchVendor,
  },
];
