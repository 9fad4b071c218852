// Sinks that are broken in what they make of answers, in what they let be seen, and in how they end.
import { randomUUID } from 'node:crypto';
import { EgressError } from '@switchboard/egress';
import { byStatus, isOutcome, rejected, retry } from '@switchboard/sink';
import { ELSEWHERE } from './answers.ts';
import { type Broken, calling, delivering, type Http, pause, saying } from './test-breaking.ts';
import { model, modelVendor, modelWith, usual } from './test-model.ts';

export const brokenOutcomes: readonly Broken[] = [
  {
    breaks: 'S14',
    how: 'throws at a success that is no JSON',
    sink: calling(async (call) => {
      const reply = await call();
      if (reply.status < 300) JSON.parse(reply.text);
      return reply;
    }),
  },
  {
    breaks: 'S14',
    how: 'calls again for the id that a success does not name',
    sink: modelWith({
      outcomeOf(reply) {
        const outcome = usual.outcomeOf(reply);
        return outcome === undefined && reply.text === '' ? retry('no id') : outcome;
      },
    }),
  },
  {
    breaks: 'S15',
    how: 'believes every 200',
    sink: modelWith({
      outcomeOf(reply) {
        const outcome = byStatus(reply);
        return outcome.kind === 'delivered' ? undefined : outcome;
      },
    }),
  },
  {
    breaks: 'S16',
    how: 'tries a 400 again for ever',
    sink: saying((outcome) => (outcome.status === 400 ? retry('answered 400', { after: 1 }) : outcome)),
  },
  {
    breaks: 'S17',
    how: 'blames the event for a wrong token',
    sink: saying((outcome) => (outcome.status === 401 ? rejected('answered 401') : outcome)),
  },
  {
    breaks: 'S18',
    how: 'goes where a redirect leads',
    sink: delivering((event, ctx) => {
      const put: Http['put'] = async (url, options) => {
        const reply = await ctx.http.put(url, options);
        const to = reply.headers['location'];
        return to === undefined ? reply : ctx.http.get(to);
      };
      return model.deliver(event, { ...ctx, http: { ...ctx.http, put } });
    }),
    vendor: {
      answer: (request, keep, has) =>
        request.path === ELSEWHERE ? {} : modelVendor().answer(request, keep, has),
    },
  },
  {
    breaks: 'S19',
    how: 'does not hear Retry-After',
    sink: saying((outcome) => (outcome.kind === 'retry' ? retry(outcome.reason) : outcome)),
  },
  {
    breaks: 'S19',
    how: 'waits no longer than a minute',
    sink: saying((outcome) =>
      outcome.kind === 'retry' && outcome.afterSeconds !== undefined
        ? retry(outcome.reason, { after: Math.min(outcome.afterSeconds, 60) })
        : outcome,
    ),
  },
  {
    breaks: 'S20',
    how: 'gives up at a 503',
    sink: saying((outcome) =>
      outcome.status === 503 && !('afterSeconds' in outcome) ? rejected('answered 503') : outcome,
    ),
  },
  {
    breaks: 'S20',
    how: 'names a pause of its own for every failure',
    sink: saying((outcome) => (outcome.kind === 'retry' ? { afterSeconds: 30, ...outcome } : outcome)),
  },
  {
    breaks: 'S21',
    how: 'takes silence for a refusal',
    sink: delivering((event, ctx) =>
      model.deliver(event, ctx).catch((error: unknown) => {
        if (error instanceof EgressError && error.code !== 'ABORTED') return rejected('no answer');
        throw error;
      }),
    ),
  },
  {
    breaks: 'S22',
    how: 'tries once more by itself',
    sink: calling(async (call) => {
      const reply = await call();
      return reply.status === 502 ? call() : reply;
    }),
  },
  {
    breaks: 'S23',
    how: 'logs its settings when it fails',
    sink: saying((outcome, ctx) => {
      if (outcome.kind !== 'delivered') ctx.logger.warn({ settings: ctx.config }, 'Failed.');
      return outcome;
    }),
  },
  {
    breaks: 'S23',
    how: 'names its token in a reason',
    sink: saying((outcome, ctx) =>
      outcome.kind === 'broken' ? { ...outcome, reason: `not taken: ${btoa(ctx.config.token)}` } : outcome,
    ),
  },
  {
    breaks: 'S23',
    how: 'keeps its token as a step',
    sink: delivering(async (event, ctx) => {
      const token = await ctx.step('token', async () => ctx.config.token);
      return isOutcome(token) ? token : model.deliver(event, ctx);
    }),
  },
  {
    breaks: 'S24',
    how: 'names the customer in a reason',
    sink: saying((outcome, _ctx, { data }) =>
      outcome.kind === 'rejected' ? rejected(`cannot write ${data.customer_email}`) : outcome,
    ),
  },
  {
    breaks: 'S25',
    how: 'has a new external id each time',
    sink: modelWith({ externalId: () => randomUUID() }),
  },
  {
    breaks: 'S25',
    how: 'says that it may double what it does not',
    sink: model,
    vendor: { doubles: ({ path }) => path === '/people' },
  },
  {
    breaks: 'S26',
    how: 'does not keep its steps',
    sink: delivering((event, ctx) => model.deliver(event, { ...ctx, step: (_name, fn) => fn(ctx.http) })),
  },
  {
    breaks: 'S27',
    how: 'hangs on when it must stop',
    sink: calling((call, ctx) =>
      call().catch(async (error: unknown) => {
        if (ctx.signal.aborted) await pause(1_500);
        throw error;
      }),
    ),
  },
  {
    breaks: 'S27',
    how: 'takes the stop for a failure',
    sink: delivering((event, ctx) => model.deliver(event, ctx).catch(() => retry('no answer'))),
  },
];
