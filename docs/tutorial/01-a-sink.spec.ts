// # Chapter 1: a sink
//
// A sink turns events into effects in somebody else's system. This chapter builds one, step by step, for a help desk: an
// escalated conversation becomes a ticket there. The help desk is a real HTTP server in this file, and the chapter is a
// spec: what it says is what happens, at each run of the tests.
//
// `npm run new:sink NAME` writes a folder with all of this in it. Read on to know what you are looking at.
import { testSink } from '@switchboard/conformance';
import { conversationEscalated } from '@switchboard/contracts';
import { tryOnce } from '@switchboard/delivery';
import {
  bearer,
  broken,
  byStatus,
  defineSink,
  delivered,
  type DeliveryOutcome,
  type HttpReply,
  isOutcome,
  rejected,
} from '@switchboard/sink';
import { type HttpStub, httpStub, type StubAnswer } from '@switchboard/testing';
import { z } from 'zod';

// The other side. Each test says how it answers; what it was asked is in `helpDesk.requests`.
let helpDesk: HttpStub;
let answer: StubAnswer;

beforeEach(async () => {
  answer = { status: 201, body: { id: 'T-1' } };
  helpDesk = await httpStub(() => answer);
});
afterEach(() => helpDesk.close());

// ## 1. A sink is a value
//
// It says which events it takes, which of their fields it cannot do without, and what a tenant has to tell it. Events are objects of `@switchboard/contracts`: with
// the event comes the type of its data, so there is no name to mistype. Settings are plain zod; what is marked as a secret
// is stored encrypted, and masked wherever it might show. A title is what people see in a form.
const config = z.object({
  url: z.url().meta({ title: 'Address of the help desk' }),
  token: z.string().min(1).meta({ title: 'API token', secret: true }),
});

// `deliver` is the rest of it: one event, one integration, and an answer to the question of what became of it. Calls go
// through `ctx.http`, which has a pool, a time limit, a limit on the size of answers, and metrics, follows no redirect and
// reaches public addresses only.
const first = defineSink({
  name: 'help-desk',
  accepts: [conversationEscalated],
  needs: { [conversationEscalated.type]: ['conversation_id'] },
  config,
  idempotency: 'none',
  async deliver(event, ctx) {
    const { conversation_id, customer_message } = event.data;
    const json = { subject: `Chat ${conversation_id}`, text: customer_message };
    return byStatus(await ctx.http.post(`${ctx.config.url}/tickets`, { json }));
  },
});

// `tryOnce` delivers once as the runtime would, without Kafka or Postgres. Every event has an example, which is what is
// delivered unless the test has data of its own.
const settings = () => ({ url: helpDesk.url, token: 'a-token-of-the-help-desk' });
const event = conversationEscalated;

test('1. an event becomes a call', async () => {
  const { conversation_id, customer_message } = event.example;
  const tried = await tryOnce(first, { event, config: settings() });
  expect(tried).toMatchObject({ kind: 'delivered', status: 201 });
  expect(helpDesk.requests).toHaveLength(1);
  expect(helpDesk.requests[0]).toMatchObject({ method: 'POST', path: '/tickets' });
  expect(helpDesk.requests[0]?.json).toEqual({ subject: `Chat ${conversation_id}`, text: customer_message });
});

// The sink has said what it cannot do without. An event that lacks it is a dead letter, settings that do not pass their
// schema make the integration wait until somebody mends them; either way nobody is called.
test('1. what is needed and missing gets no call', async () => {
  const data = { conversation_id: 42 };
  const tried = await tryOnce(first, { event, data, config: settings() });
  expect(tried).toMatchObject({ kind: 'rejected', reason: expect.stringContaining('data.conversation_id') });
  expect(await tryOnce(first, { event, config: {} })).toMatchObject({ kind: 'broken', called: false });
  expect(helpDesk.requests).toHaveLength(0);
});

// Everything else is read leniently. The schemas document what the sender says it sends, and senders make mistakes: a
// field that does not fit is left out, so its type says that it may be missing, and `event.leftOut` names it.
test('1. one odd field does not cost the rest of the event', async () => {
  const data = { ...event.example, priority: null, customer_message: ['Hello'] };
  expect(await tryOnce(first, { event, data, config: settings() })).toMatchObject({ kind: 'delivered' });
  expect(helpDesk.requests[0]?.json).toEqual({ subject: `Chat ${event.example.conversation_id}` });
});

// ## 2. Five outcomes
//
// A sink says what happened, and the runtime alone decides what follows. `delivered`: the other side has it. `skipped`:
// it is not for them, and that is fine. `rejected`: this event will never be taken; it becomes a dead letter. `broken`:
// the integration must be mended; its deliveries wait, none of them dies. `retry`: it may work later.
//
// A sink never sleeps, never loops and never tries again by itself: the ledger does, for days if need be, and goes on
// with it after a restart. `byStatus` knows what most statuses mean.
test.each([
  [201, 'delivered'],
  [422, 'rejected'],
  [401, 'broken'],
  [503, 'retry'],
])('2. status %i means %s', async (status, kind) => {
  answer = { status };
  expect(await tryOnce(first, { event, config: settings() })).toMatchObject({ kind, status });
});

test('2. no answer at all is tried again', async () => {
  answer = { fault: 'reset' };
  expect(await tryOnce(first, { event, config: settings() })).toMatchObject({ kind: 'retry', status: null });
});

// Where the other side says when to come back, all deliveries of the integration wait for so long, and no attempt is used
// up. `byStatus` hands that on as well.
test('2. Retry-After is obeyed', async () => {
  answer = { status: 429, headers: { 'retry-after': '7' } };
  const tried = await tryOnce(first, { event, config: settings() });
  expect(tried).toMatchObject({ kind: 'retry', afterSeconds: 7 });
});

// ## 3. What the vendor means
//
// Our help desk has habits that no table knows: it answers 200 with an error inside. A vendor's documentation tells of
// such things, and this is the place for them. A reason names codes, never what the event says: it is stored and logged.
const ticket = z.object({ id: z.string() });
const refusal = z.object({ error: z.enum(['unknown_team', 'spam']) });

/** Undefined when it is a success. */
function outcomeOf(reply: HttpReply): DeliveryOutcome | undefined {
  const outcome = byStatus(reply);
  if (outcome.kind !== 'delivered') return outcome;
  const refused = refusal.safeParse(reply.json()).data;
  if (refused?.error === 'unknown_team') return broken('the help desk knows no such team; mend "url"');
  return refused && rejected(`the help desk took it for ${refused.error}`);
}

// ## 4. Once
//
// Everything may happen twice: an answer can get lost, a process can die before it has written one down. Three things
// keep the effect from doubling. Every write (a call that is no GET) carries an `Idempotency-Key` of its own, the same in
// every attempt; a sink whose other side knows that header says `key-header`, one that updates the same object says `upsert`, one that hands over our id and is
// found by it `external-id`. Calls one after the other are steps: what `ctx.step` has seen to the end it never does again,
// it gives back the stored result instead. And ids of the other side are remembered with `ctx.link`, over deliveries, for
// as long as the conversation lasts.
//
// ## 5. The tenant's own fields
//
// A tenant may fill fields that we have never heard of, out of the event, by a mapping (docs/rules-and-mapping.md). A
// sink gets the result as `ctx.mapped`, and all that is left is to put it where it belongs.
//
// ## 6. Credentials and the check
//
// How calls get their credentials is said once, with `auth`; `bearer`, `basic`, `apiKey`, `hmac`, `standardWebhooks` and
// `oauth2` are there (chapter 2). `check` is what the button "test" asks: is this integration usable? It leaves no trace. Where the
// other side must have something first, a custom field for one, `prepare` beside it makes that once somebody asks for it.
//
// With that the help desk is complete: a ticket, and then a note on it that tells why.
const desk = defineSink({
  name: 'help-desk',
  stability: 'experimental',
  accepts: [conversationEscalated],
  needs: { [conversationEscalated.type]: ['conversation_id'] },
  config,
  auth: bearer(({ token }: z.output<typeof config>) => token),
  limits: { perSecond: 5, concurrency: 2 },
  idempotency: 'key-header',
  check: async (ctx) => byStatus(await ctx.http.get(`${ctx.config.url}/me`, { endpoint: '/me' })),
  async deliver({ data }, ctx) {
    const made = await ctx.step('ticket', async () => {
      const json = { subject: `Chat ${data.conversation_id}`, text: data.customer_message, ...ctx.mapped };
      const reply = await ctx.http.post(`${ctx.config.url}/tickets`, { endpoint: '/tickets', json });
      return outcomeOf(reply) ?? { id: ticket.safeParse(reply.json()).data?.id };
    });
    if (isOutcome(made)) return made;
    // A success that cannot be read is one all the same; only the note has nothing to stand on.
    const { id } = made;
    if (id === undefined || data.escalation_reason === undefined) return delivered(id);
    const note = await ctx.step('note', async () => {
      const url = `${ctx.config.url}/tickets/${encodeURIComponent(id)}/notes`;
      // A name for metrics, without the id.
      const call = { endpoint: '/tickets/{id}/notes', json: { text: data.escalation_reason } };
      return outcomeOf(await ctx.http.post(url, call)) ?? 'done';
    });
    return isOutcome(note) ? note : delivered(id);
  },
});

const pathsAsked = () => helpDesk.requests.map(({ path }) => path);

test('3. an error inside a success is seen', async () => {
  answer = { status: 200, body: { error: 'unknown_team' } };
  expect(await tryOnce(desk, { event, config: settings() })).toMatchObject({ kind: 'broken' });
  answer = { status: 200, body: { error: 'spam' } };
  expect(await tryOnce(desk, { event, config: settings() })).toMatchObject({
    kind: 'rejected',
    reason: 'the help desk took it for spam',
  });
});

test('4. a finished step is not done again', async () => {
  await helpDesk.close();
  helpDesk = await httpStub(({ path }) =>
    path.endsWith('/notes') ? { status: 503 } : { status: 201, body: { id: 'T-1' } },
  );
  const before = await tryOnce(desk, { event, config: settings() });
  expect(before).toMatchObject({ kind: 'retry', steps: { ticket: { id: 'T-1' } } });
  expect(pathsAsked()).toEqual(['/tickets', '/tickets/T-1/notes']);

  await helpDesk.close();
  helpDesk = await httpStub(() => answer);
  const after = await tryOnce(desk, { event, config: settings(), steps: before.steps });
  expect(after).toMatchObject({ kind: 'delivered', reference: 'T-1' });
  expect(pathsAsked()).toEqual(['/tickets/T-1/notes']);
});

test('5. mapped fields are filled', async () => {
  const mapping = { site: 'data.site_url', urgency: { from: 'data.priority', transform: 'upper' } } as const;
  await tryOnce(desk, { event, config: settings(), mapping });
  expect(helpDesk.requests[0]?.json).toMatchObject({ site: event.example.site_url, urgency: 'HIGH' });
});

test('6. calls carry the token, and nothing that is said afterwards does', async () => {
  answer = { status: 403 };
  const tried = await tryOnce(desk, { event, config: settings() });
  expect(helpDesk.requests[0]?.headers.authorization).toBe(`Bearer ${settings().token}`);
  expect(tried).toMatchObject({ kind: 'broken' });
  expect(JSON.stringify(tried)).not.toContain(settings().token);
});

// ## 7. The rest of the promise
//
// docs/spec/sink.md lists what every sink must do, and `testSink` proves each point: with answers of all kinds, with a
// process that dies between any two calls, with the runtime and a ledger in Postgres. It has to be told how the other side
// answers when all is well (`keep` is its store: it makes an object, or finds the one it has under a key) and which of its
// successes are none.
testSink(desk, {
  config: (url) => ({ url, token: 'a-token-of-the-help-desk' }),
  answer({ path, headers }, keep) {
    if (path === '/me') return { body: { name: 'our account' } };
    return { status: 201, body: { id: keep(`${path} ${headers['idempotency-key']}`) } };
  },
  notOk: [
    { answer: { body: { error: 'unknown_team' } }, means: 'broken' },
    { answer: { body: { error: 'spam' } }, means: 'rejected' },
  ],
});

// ## 8. Into service
//
// `src/main.ts` has two lines: `import { desk } from './help-desk.ts'` and `run(desk)`. The folder is found by the build,
// by `npm start`, by the tests, and by everything that is written from the list of folders: service, chart, dashboard and
// alerts. What is left is a tenant that wants it, in an integrations file:
//
//   - id: acme-help-desk
//     tenant: acme
//     sink: help-desk
//     config: { url: 'https://help.example.com/api' }
//     secrets: { token: '${HELP_DESK_TOKEN}' }
