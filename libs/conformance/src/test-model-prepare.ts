// The model with a field that must exist at the vendor before the first event, and faulty versions.
import { broken, byStatus, type CheckContext, delivered, type Sink } from '@switchboard/sink';
import type { z } from 'zod';
import type { BrokenSink } from './test-model.ts';
import { type config, model, modelVendor } from './test-model.ts';
import type { Vendor } from './vendor.ts';

type Context = CheckContext<z.output<typeof config>>;

const FIELD = '/fields/chat';
const lookUp = (ctx: Context) => ctx.http.get(`${ctx.config.url}${FIELD}`, { endpoint: FIELD });
const create = (ctx: Context) => ctx.http.put(`${ctx.config.url}${FIELD}`, { endpoint: FIELD, json: {} });

/** The model with this `prepare`. */
function preparedWith(prepare: (ctx: Context) => ReturnType<NonNullable<Sink['prepare']>>): Sink {
  return {
    ...model,
    async check(ctx: Context) {
      const found = await lookUp(ctx);
      return found.status === 404 ? broken('there is no field "chat"') : byStatus(found);
    },
    prepare,
  } as unknown as Sink;
}

export const preparedModel = preparedWith(async (ctx) => {
  const found = await lookUp(ctx);
  return found.status === 404 ? byStatus(await create(ctx)) : byStatus(found);
});

const usualParts = modelVendor();

export const prepareVendor: Vendor = {
  ...usualParts,
  answer(request, keep, has) {
    if (request.path === FIELD && request.method === 'GET') return { status: has(FIELD) ? 200 : 404 };
    if (request.path.startsWith('/fields')) return { body: { id: keep(request.path) } };
    return usualParts.answer(request, keep, has);
  },
};

/** Faulty versions. */
export const brokenPrepares: readonly BrokenSink[] = [
  {
    breaks: 'S32',
    how: 'creates another field each time',
    sink: preparedWith(async (ctx) => {
      await create(ctx);
      const another = `${ctx.config.url}/fields/${Math.random()}`;
      return byStatus(await ctx.http.put(another, { endpoint: '/fields/{name}', json: {} }));
    }),
    vendor: prepareVendor,
  },
  {
    breaks: 'S32',
    how: 'returns delivered when the field could not be created',
    sink: preparedWith(async (ctx) => {
      await create(ctx);
      return delivered();
    }),
    vendor: prepareVendor,
  },
];
