// # Chapter 3: decisions that stay
//
// A delivery can take days: attempts fail, a process dies, a dead letter is replayed. Each attempt uses the settings
// and the mapping of its own time, so fixing them also fixes what waits. What must not change between attempts is
// decided once.
import { conversationEscalated as event } from '@switchboard/contracts';
import { tryOnce } from '@switchboard/delivery';
import { bearer, byStatus, defineSink, isOutcome } from '@switchboard/sink';
import { type HttpStub, httpStub, type StubAnswer } from '@switchboard/testing';
import { z } from 'zod';

let helpDesk: HttpStub;
let answer: StubAnswer;
beforeEach(async () => {
  helpDesk = await httpStub(() => answer);
});
afterEach(() => helpDesk.close());

const pathsAsked = () => helpDesk.requests.map(({ path }) => path);

// ## 1. A URL that is chosen
//
// Each team of this help desk has an address of its own, and the tenant's mapping says which team an event is for. If
// the first attempt went to one team's address and the second to another's, both teams could have the ticket: only the
// address that has seen an idempotency key recognises it. So the choice is a step. Its result is stored before it is
// used. Every later attempt gets it back, a replay too; only a forced replay begins anew.
//
// The result of a step is plain JSON, and it is stored, so it must not hold a secret. Build an address with a secret in
// its path outside of the step.
const config = z.object({
  url: z.url().meta({ title: 'Address of the help desk' }),
  token: z.string().meta({ title: 'Token', secret: true }),
});

const teams = defineSink({
  name: 'desk-of-teams',
  accepts: [event],
  config,
  auth: bearer(({ token }: z.output<typeof config>) => token),
  idempotency: 'key-header',
  async deliver({ data: json }, ctx) {
    const { team = 'all' } = ctx.mapped;
    const url = await ctx.step('url', async () => `${ctx.config.url}/${encodeURIComponent(team)}/tickets`);
    if (isOutcome(url)) return url;
    return byStatus(await ctx.http.post(url, { endpoint: '/{team}/tickets', json }));
  },
});

test('1. later attempts go where the first one went, whatever the mapping says by then', async () => {
  const trial = { event, config: { url: helpDesk.url, token: 'a token of the desk' } };
  answer = { status: 503 };
  const first = await tryOnce(teams, {
    ...trial,
    mapping: { team: { from: 'data.team', default: 'sales' } },
  });
  expect(first).toMatchObject({ kind: 'retry', steps: { url: `${helpDesk.url}/sales/tickets` } });

  answer = { status: 201 };
  const changed = { ...trial, mapping: { team: { from: 'data.team', default: 'support' } } };
  const { kind } = await tryOnce(teams, { ...changed, steps: first.steps });
  expect(kind).toBe('delivered');
  await tryOnce(teams, changed);
  expect(pathsAsked()).toEqual(['/sales/tickets', '/sales/tickets', '/support/tickets']);
});

// ## 2. What the runtime decides once
//
// The rules of a tenant are evaluated once, when the event is taken in. A change of the rules changes nothing for what
// waits. The idempotency keys are the same for all attempts. So are the members of a batch that fails as a whole
// (chapter 2).
