// Faulty sinks: faults in what they declare, and in how they work when all is well.
import { conversationEscalated, defineEvent, type EventDefinition } from '@switchboard/contracts';
import { byStatus, rejected, type Sink, skipped } from '@switchboard/sink';
import { z } from 'zod';
import { type BrokenSink, withCalls, withDeliver, type Http, pause, withOutcome } from './test-model.ts';
import { bothEvents, type Context, config, type Event, model, modelWith } from './test-model.ts';

export const brokenBehaviour: readonly BrokenSink[] = [
  { breaks: 'S1', how: 'has a name with a capital letter', sink: { ...model, name: 'Model' } },
  {
    breaks: 'S2',
    how: 'accepts an event of its own',
    sink: {
      ...model,
      accepts: [
        ...model.accepts,
        defineEvent({ type: 'order.placed', data: { total: z.number() }, example: { total: 1 } }),
      ] as unknown as EventDefinition[],
    } as Sink,
  },
  {
    breaks: 'S3',
    how: 'has a setting without a title',
    sink: { ...model, config: config.extend({ label: z.string().optional() }) } as Sink,
  },
  {
    breaks: 'S4',
    how: 'does not mark its token as a secret',
    sink: { ...model, config: config.extend({ token: z.string().meta({ title: 'Token' }) }) } as Sink,
  },
  {
    breaks: 'S4',
    how: 'has a secret in a list of objects',
    sink: {
      ...model,
      config: config.extend({
        others: z
          .array(z.object({ key: z.string().meta({ title: 'Key', secret: true }) }))
          .optional()
          .meta({ title: 'Others' }),
      }),
    } as Sink,
  },
  {
    breaks: 'S4',
    how: 'does not mark a password inside an object',
    sink: {
      ...model,
      config: config.extend({
        proxy: z
          .object({ password: z.string().meta({ title: 'Password' }) })
          .optional()
          .meta({ title: 'Proxy' }),
      }),
    } as Sink,
  },
  {
    breaks: 'S5',
    how: 'repeats a wrong token in the reason',
    sink: {
      ...model,
      config: config.extend({
        token: z
          .string()
          .refine((value) => value.startsWith('tok_'), { error: ({ input }) => `token "${input}" is wrong` })
          .meta({ title: 'Token', secret: true }),
      }),
    } as Sink,
  },
  {
    breaks: 'S6',
    how: 'skips an event that it accepts',
    sink: {
      ...model,
      accepts: bothEvents,
      deliver: async (event: Event, ctx: Context) =>
        event.type === conversationEscalated.type ? skipped('not mine') : model.deliver(event, ctx),
    } as Sink,
  },
  {
    breaks: 'S7',
    how: 'throws when there is no email',
    sink: modelWith({ emailOf: ({ data }) => (data.customer_email as string).toLowerCase() }),
  },
  {
    breaks: 'S7',
    how: 'rejects an event without a summary, which is not in its needs',
    sink: withDeliver(async (event, ctx) =>
      event.data.summary === undefined ? rejected('there is no summary') : model.deliver(event, ctx),
    ),
  },
  {
    breaks: 'S8',
    how: 'logs what it has delivered',
    sink: withOutcome((outcome, ctx) => {
      if (outcome.kind === 'delivered') ctx.logger.info({}, 'Delivered.');
      return outcome;
    }),
  },
  {
    breaks: 'S8',
    how: 'prints what it has delivered',
    // Prints for one event only, so that the report of this spec stays short.
    sink: withOutcome((outcome, _ctx, { id }) => {
      if (outcome.kind === 'delivered' && id === 'event-1') console.log('delivered');
      return outcome;
    }),
  },
  {
    breaks: 'S9',
    how: 'opens a connection of its own',
    sink: withDeliver((event, ctx) => {
      void fetch(`${ctx.config.url}/me`, { method: 'HEAD' }).catch(() => undefined);
      return model.deliver(event, ctx);
    }),
  },
  {
    breaks: 'S10',
    how: 'reads the environment',
    sink: withCalls((call) => (process.env['MODEL_QUIET'] === 'yes' ? pause(0).then(call) : call())),
  },
  {
    breaks: 'S11',
    how: 'sleeps before it calls',
    sink: withCalls((call) => pause(120).then(call)),
  },
  {
    breaks: 'S12',
    how: 'has the email in the name of an endpoint',
    sink: withDeliver((event, ctx) => {
      const put: Http['put'] = (url, options) =>
        ctx.http.put(url, { ...options, endpoint: new URL(url).pathname.replace('%40', '@') });
      return model.deliver(event, { ...ctx, http: { ...ctx.http, put } });
    }),
  },
  {
    breaks: 'S13',
    how: 'creates a note to check the integration',
    sink: {
      ...model,
      check: async (ctx) =>
        byStatus(await ctx.http.post(`${ctx.config.url}/notes`, { json: { id: 'check' } })),
    } as Sink,
  },
];
