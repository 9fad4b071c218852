// Faulty sinks: faults in the outcomes they return, in what they write, and in how they repeat and end.
import { randomUUID } from 'node:crypto';
import { EgressError } from '@switchboard/egress';
import { byStatus, isOutcome, rejected, retry } from '@switchboard/sink';
import { REDIRECT_TARGET } from './answer-cases.ts';
import { type BrokenSink, withCalls, withDeliver, type Http, pause, withOutcome } from './test-model.ts';
import { model, modelVendor, modelWith, usualParts } from './test-model.ts';

export const brokenOutcomes: readonly BrokenSink[] = [
  {
    breaks: 'S14',
    how: 'throws when a 2xx is not JSON',
    sink: withCalls(async (call) => {
      const reply = await call();
      if (reply.status < 300) JSON.parse(reply.text);
      return reply;
    }),
  },
  {
    breaks: 'S14',
    how: 'retries when a 2xx has no id',
    sink: modelWith({
      outcomeOf(reply) {
        const outcome = usualParts.outcomeOf(reply);
        return outcome === undefined && reply.text === '' ? retry('no id') : outcome;
      },
    }),
  },
  {
    breaks: 'S15',
    how: 'takes every 200 for a success',
    sink: modelWith({
      outcomeOf(reply) {
        const outcome = byStatus(reply);
        return outcome.kind === 'delivered' ? undefined : outcome;
      },
    }),
  },
  {
    breaks: 'S16',
    how: 'retries a 400 for ever',
    sink: withOutcome((outcome) => (outcome.status === 400 ? retry('answered 400', { after: 1 }) : outcome)),
  },
  {
    breaks: 'S17',
    how: 'rejects the event when the token is wrong',
    sink: withOutcome((outcome) => (outcome.status === 401 ? rejected('answered 401') : outcome)),
  },
  {
    breaks: 'S18',
    how: 'follows a redirect',
    sink: withDeliver((event, ctx) => {
      const put: Http['put'] = async (url, options) => {
        const reply = await ctx.http.put(url, options);
        const to = reply.headers['location'];
        return to === undefined ? reply : ctx.http.get(to);
      };
      return model.deliver(event, { ...ctx, http: { ...ctx.http, put } });
    }),
    vendor: {
      answer: (request, keep, has) =>
        request.path === REDIRECT_TARGET ? {} : modelVendor().answer(request, keep, has),
    },
  },
  {
    breaks: 'S19',
    how: 'ignores Retry-After',
    sink: withOutcome((outcome) => (outcome.kind === 'retry' ? retry(outcome.reason) : outcome)),
  },
  {
    breaks: 'S19',
    how: 'waits no longer than a minute',
    sink: withOutcome((outcome) =>
      outcome.kind === 'retry' && outcome.afterSeconds !== undefined
        ? retry(outcome.reason, { after: Math.min(outcome.afterSeconds, 60) })
        : outcome,
    ),
  },
  {
    breaks: 'S20',
    how: 'rejects the event at a 503',
    sink: withOutcome((outcome) =>
      outcome.status === 503 && !('afterSeconds' in outcome) ? rejected('answered 503') : outcome,
    ),
  },
  {
    breaks: 'S20',
    how: 'names a time to wait for every failure',
    sink: withOutcome((outcome) => (outcome.kind === 'retry' ? { afterSeconds: 30, ...outcome } : outcome)),
  },
  {
    breaks: 'S21',
    how: 'rejects the event when no answer comes',
    sink: withDeliver((event, ctx) =>
      model.deliver(event, ctx).catch((error: unknown) => {
        if (error instanceof EgressError && error.code !== 'ABORTED') return rejected('no answer');
        throw error;
      }),
    ),
  },
  {
    breaks: 'S22',
    how: 'repeats a call by itself',
    sink: withCalls(async (call) => {
      const reply = await call();
      return reply.status === 502 ? call() : reply;
    }),
  },
  {
    breaks: 'S23',
    how: 'logs its settings when it fails',
    sink: withOutcome((outcome, ctx) => {
      if (outcome.kind !== 'delivered') ctx.logger.warn({ settings: ctx.config }, 'Failed.');
      return outcome;
    }),
  },
  {
    breaks: 'S23',
    how: 'has its token in a reason',
    sink: withOutcome((outcome, ctx) =>
      outcome.kind === 'broken' ? { ...outcome, reason: `not taken: ${btoa(ctx.config.token)}` } : outcome,
    ),
  },
  {
    breaks: 'S23',
    how: 'stores its token as a step',
    sink: withDeliver(async (event, ctx) => {
      const token = await ctx.step('token', async () => ctx.config.token);
      return isOutcome(token) ? token : model.deliver(event, ctx);
    }),
  },
  {
    breaks: 'S24',
    how: 'has the email of the customer in a reason',
    sink: withOutcome((outcome, _ctx, { data }) =>
      outcome.kind === 'rejected' ? rejected(`cannot write ${data.customer_email}`) : outcome,
    ),
  },
  {
    breaks: 'S25',
    how: 'sends a new external id each time',
    sink: modelWith({ externalId: () => randomUUID() }),
  },
  {
    breaks: 'S25',
    how: 'has a spec that declares a gap which it does not have',
    sink: model,
    vendor: { mayDuplicate: ({ path }) => path === '/people' },
  },
  {
    breaks: 'S26',
    how: 'does not store its steps',
    sink: withDeliver((event, ctx) => model.deliver(event, { ...ctx, step: (_name, fn) => fn(ctx.http) })),
  },
  {
    breaks: 'S27',
    how: 'goes on for more than a second after the abort',
    sink: withCalls((call, ctx) =>
      call().catch(async (error: unknown) => {
        if (ctx.signal.aborted) await pause(1_500);
        throw error;
      }),
    ),
  },
  {
    breaks: 'S27',
    how: 'returns a retry when it is stopped',
    sink: withDeliver((event, ctx) => model.deliver(event, ctx).catch(() => retry('no answer'))),
  },
];
