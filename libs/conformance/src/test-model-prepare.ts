// The model with a field that the vendor must have before the first event, and ways to get that wrong.
import { broken, byStatus, type CheckContext, delivered, type Sink } from '@switchboard/sink';
import type { z } from 'zod';
import type { Broken } from './test-breaking.ts';
import { type config, model, modelVendor } from './test-model.ts';
import type { Vendor } from './vendor.ts';

type Context = CheckContext<z.output<typeof config>>;

const FIELD = '/fields/chat';
const isThere = (ctx: Context) => ctx.http.get(`${ctx.config.url}${FIELD}`, { endpoint: FIELD });
const make = (ctx: Context) => ctx.http.put(`${ctx.config.url}${FIELD}`, { endpoint: FIELD, json: {} });

/** The model, prepared in some way. */
function preparedBy(prepare: (ctx: Context) => ReturnType<NonNullable<Sink['prepare']>>): Sink {
  return {
    ...model,
    async check(ctx: Context) {
      const found = await isThere(ctx);
      return found.status === 404 ? broken('there is no field "chat"') : byStatus(found);
    },
    prepare,
  } as unknown as Sink;
}

export const preparedModel = preparedBy(async (ctx) => {
  const found = await isThere(ctx);
  return found.status === 404 ? byStatus(await make(ctx)) : byStatus(found);
});

const usual = modelVendor();

export const prepareVendor: Vendor = {
  ...usual,
  answer(request, keep, has) {
    if (request.path === FIELD && request.method === 'GET') return { status: has(FIELD) ? 200 : 404 };
    if (request.path.startsWith('/fields')) return { body: { id: keep(request.path) } };
    return usual.answer(request, keep, has);
  },
};

/** The model, broken. */
export const brokenPrepares: readonly Broken[] = [
  {
    breaks: 'S32',
    how: 'makes what it needs anew each time',
    sink: preparedBy(async (ctx) => {
      await make(ctx);
      const another = `${ctx.config.url}/fields/${Math.random()}`;
      return byStatus(await ctx.http.put(another, { endpoint: '/fields/{name}', json: {} }));
    }),
    vendor: prepareVendor,
  },
  {
    breaks: 'S32',
    how: 'takes a refusal of what it needs for none',
    sink: preparedBy(async (ctx) => {
      await make(ctx);
      return delivered();
    }),
    vendor: prepareVendor,
  },
];
