// # Chapter 1: a sink
//
// A sink turns events into effects in an external system. This chapter builds one, step by step, for a help desk: an
// escalated conversation becomes a ticket there. The help desk is a real HTTP server in this file. The chapter is a
// spec, so each run of the tests shows that what it says is true.
//
// `npm run new:sink NAME` writes a folder with all of this in it. This chapter explains what is in that folder.
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

// The other side. Each test says how it answers. The requests that it got are in `helpDesk.requests`.
let helpDesk: HttpStub;
let answer: StubAnswer;

beforeEach(async () => {
  answer = { status: 201, body: { id: 'T-1' } };
  helpDesk = await httpStub(() => answer);
});
afterEach(() => helpDesk.close());

// ## 1. A sink is a value
//
// The value says which events the sink takes, which of their fields it cannot do without, and which settings a tenant
// must give. Events are objects of `@switchboard/contracts`. The object brings the type of its data, so no name can be
// mistyped. Settings are plain zod. What is marked as a secret is stored encrypted, and masked wherever it might show.
// People see the title in a form.
const config = z.object({
  url: z.url().meta({ title: 'Address of the help desk' }),
  token: z.string().min(1).meta({ title: 'API token', secret: true }),
});

// `deliver` gets one event and one integration, and returns what happened to the event. Calls go through `ctx.http`. It
// has a pool, a time limit, a limit on the size of answers, and metrics. It follows no redirect and reaches public
// addresses only.
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

// `tryOnce` delivers once as the runtime would, without Kafka or Postgres. Every event has an example. `tryOnce`
// delivers the example, unless the test has data of its own.
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

// The sink has said what it cannot do without. An event that lacks such a field becomes a dead letter. Settings that do
// not pass their schema make the integration wait until somebody fixes them. In both cases no call is made.
test('1. what is needed and missing gets no call', async () => {
  const data = { conversation_id: 42 };
  const tried = await tryOnce(first, { event, data, config: settings() });
  expect(tried).toMatchObject({ kind: 'rejected', reason: expect.stringContaining('data.conversation_id') });
  expect(await tryOnce(first, { event, config: {} })).toMatchObject({ kind: 'broken', called: false });
  expect(helpDesk.requests).toHaveLength(0);
});

// Every other field is read leniently. The schemas document what the sender says it sends, and senders make mistakes. A
// field that does not fit is left out, and `event.leftOut` names it. So the type of such a field says that it may be
// missing.
test('1. one odd field does not cost the rest of the event', async () => {
  const data = { ...event.example, priority: null, customer_message: ['Hello'] };
  expect(await tryOnce(first, { event, data, config: settings() })).toMatchObject({ kind: 'delivered' });
  expect(helpDesk.requests[0]?.json).toEqual({ subject: `Chat ${event.example.conversation_id}` });
});

// ## 2. Five outcomes
//
// A sink says what happened, and the runtime alone decides what follows. `delivered`: the other side has it. `skipped`:
// the event is not for the other side, and that is no fault. `rejected`: this event will never be accepted; it becomes
// a dead letter. `broken`: somebody must fix the integration; its deliveries wait, and expire only after 30 days.
// `retry`: it may work later.
//
// A sink never sleeps, never loops and never tries again by itself. The runtime does that, for days if necessary, also
// after a restart. `byStatus` knows what most statuses mean.
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

// When the other side says when to come back, all deliveries of the integration wait until then, and no attempt is used
// up. `byStatus` passes that on as well.
test('2. Retry-After is obeyed', async () => {
  answer = { status: 429, headers: { 'retry-after': '7' } };
  const tried = await tryOnce(first, { event, config: settings() });
  expect(tried).toMatchObject({ kind: 'retry', afterSeconds: 7 });
});

// ## 3. What the vendor means
//
// Some answers mean something special to one vendor. Our help desk answers 200 with an error inside. The documentation
// of a vendor describes such answers, and the sink is the place for them. A reason names codes and never quotes the
// event, because it is stored and logged.
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
// Everything may happen twice: an answer can get lost, and a process can die before it has recorded an answer. Three
// things keep the effect from doubling. First, every write (a call that is not a GET) carries an `Idempotency-Key` of
// its own, the same in every attempt. The sink's `idempotency` says how the other side recognises a repeat:
// `key-header` where it knows that header, `upsert` where the call updates the same object, `external-id` where we send
// our id and the object is found by it. Second, calls one after the other are steps: `ctx.step` never repeats a step
// that was finished, and returns its stored result instead. Third, `ctx.link` remembers ids of the other side over
// deliveries, for as long as the conversation lasts.
//
// ## 5. The tenant's own fields
//
// With a mapping, a tenant may fill further fields of the other side from the event (docs/rules-and-mapping.md). A sink
// gets the result as `ctx.mapped`, and only has to put it in the right place.
//
// ## 6. Credentials and the check
//
// `auth` says once how calls get their credentials. There are `bearer`, `basic`, `apiKey`, `hmac`, `standardWebhooks`
// and `oauth2` (chapter 2). `check` answers the question of the button "test": is this integration usable? It leaves
// nothing on the other side. Sometimes the other side must have something first, for example a custom field. Then
// `prepare`, beside `check`, creates it when somebody asks for it.
//
// Now the help desk is complete: a ticket, and then a note on it that says why.
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
    // A success that cannot be read is still a success; only the note cannot be added.
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

// ## 7. The other rules
//
// docs/spec/sink.md lists what every sink must do, and `testSink` proves each point: with answers of all kinds, with a
// process that dies between any two calls, and with the runtime and a ledger in Postgres. The author says how the other
// side answers when all is well. `keep` is the store of the other side: it creates an object, or finds the one under a
// key. The author also says which 2xx answers are no success.
testSink(desk, {
  config: (url) => ({ url, token: 'a-token-of-the-help-desk' }),
  answer({ path, headers }, keep) {
    if (path === '/me') return { body: { name: 'our account' } };
    return { status: 201, body: { id: keep(`${path} ${headers['idempotency-key']}`) } };
  },
  errorsIn2xx: [
    { answer: { body: { error: 'unknown_team' } }, outcome: 'broken' },
    { answer: { body: { error: 'spam' } }, outcome: 'rejected' },
  ],
});

// ## 8. Put it into service
//
// `src/main.ts` has two lines: `import { desk } from './help-desk.ts'` and `run(desk)`. The build, `npm start` and the
// tests find the folder by themselves. So does everything that is generated from the list of folders: service, chart,
// dashboard and alerts. The last step is an integration of a tenant, in an integrations file:
//
//   - id: acme-help-desk
//     tenant: acme
//     sink: help-desk
//     config: { url: 'https://help.example.com/api' }
//     secrets: { token: '${HELP_DESK_TOKEN}' }
