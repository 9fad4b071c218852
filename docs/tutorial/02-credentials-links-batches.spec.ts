// # Chapter 2: credentials, links, batches
//
// This chapter shows what chapter 1 only named: ways to prove who is calling, ids of the other side that outlive a
// delivery, and many events in one call. At the end come events about the integrations themselves.
import { createHmac } from 'node:crypto';
import { testSink } from '@switchboard/conformance';
import {
  conversationResolved,
  conversationStarted,
  deliveryDead,
  type EventDefinition,
  integrationBroken,
  leadQualified,
} from '@switchboard/contracts';
import { tryOnce, tryTogether } from '@switchboard/delivery';
import {
  apiKey,
  type Auth,
  basic,
  bearer,
  byStatus,
  defineSink,
  delivered,
  hmac,
  isOutcome,
  oauth2,
  rejected,
  standardWebhooks,
} from '@switchboard/sink';
import { type HttpStub, httpStub, type StubAnswer, type StubRequest } from '@switchboard/testing';
import { z } from 'zod';

let helpDesk: HttpStub;
let answer: (request: StubRequest) => StubAnswer;

beforeEach(async () => {
  answer = () => ({ status: 201, body: { id: 'T-1' } });
  helpDesk = await httpStub((request) => answer(request));
});
afterEach(() => helpDesk.close());

const firstCall = () => helpDesk.requests[0] as StubRequest;
const pathsAsked = () => helpDesk.requests.map(({ path }) => path);
const kinds = (tries: readonly { kind: string }[]) => tries.map(({ kind }) => kind);

// One set of settings is enough for this chapter. A real sink has only the settings that it needs.
const config = z.object({
  url: z.url().meta({ title: 'Address of the help desk' }),
  clientId: z.string().default('our-app').meta({ title: 'Client id' }),
  secret: z.string().min(1).meta({ title: 'Password, key or signing secret', secret: true }),
  oldSecret: z.string().optional().meta({ title: 'Signing secret until now', secret: true }),
  refreshToken: z.string().default('refresh-0').meta({ title: 'Refresh token', secret: true }),
});
type Settings = z.output<typeof config>;
const secret = (settings: Pick<Settings, 'secret'>) => settings.secret;
const SECRET = `whsec_${Buffer.from('what only we and the help desk know').toString('base64')}`;
const settings = () => ({ url: helpDesk.url, secret: SECRET });

// The desk of sections 1, 2 and 5. Each section gives it other credentials, or other events to take.
const event = conversationStarted;
const deskWith = (auth: Auth<Settings>, accepts: readonly EventDefinition[] = [event]) =>
  defineSink({
    name: 'help-desk',
    accepts,
    config,
    auth,
    idempotency: 'key-header',
    deliver: async ({ data: json }, ctx) =>
      byStatus(await ctx.http.post(`${ctx.config.url}/tickets`, { json })),
  });

// ## 1. OAuth 2
//
// The sink says where tokens come from. The runtime gets, stores and renews them. The grant is `refresh_token`, with
// the token that the tenant got when it connected, or `client_credentials` without one. `tokenUrl` may be plain text,
// `scopes` may be absent, and with `authStyle: 'basic'` the id and secret of the client go in a header.
const cloudDesk = deskWith(
  oauth2<Settings>({
    grant: 'refresh_token',
    tokenUrl: ({ url }) => `${url}/token`,
    clientId: ({ clientId }) => clientId,
    clientSecret: secret,
    refreshToken: ({ refreshToken }) => refreshToken,
    scopes: ['tickets'],
  }),
);

// Tokens are renewed before they expire, and after a 401. After a 401 the call is repeated, and the sink sees only the
// second answer. There is one refresh at a time, because many vendors accept a refresh token only once. The new token
// is stored, encrypted, before it is used.
//
// `tryTogether` tries several events at once. This vendor refuses the first access token that it gives.
test('1. deliveries share a refresh, and the next one has the new refresh token', async () => {
  let given = 0;
  answer = ({ path, text, headers }) => {
    if (path === '/tickets') return { status: headers.authorization === 'Bearer access-2' ? 201 : 401 };
    const used = new URLSearchParams(text).get('refresh_token');
    if (used !== `refresh-${given}`) return { status: 400, body: { error: 'invalid_grant' } };
    given += 1;
    return { body: { access_token: `access-${given}`, refresh_token: `refresh-${given}`, expires_in: 3600 } };
  };
  const tries = await tryTogether(cloudDesk, { event, config: settings() }, 3);
  expect(kinds(tries)).toEqual(['delivered', 'delivered', 'delivered']);
  expect(pathsAsked().filter((path) => path === '/token')).toHaveLength(2);
  expect(firstCall().text).toContain('refresh_token=refresh-0&scope=tickets&client_id=our-app');
});

// ## 2. Keys, passwords, signatures
//
// Each of these is one line. `apiKey` puts a key in a header, or with `query` into the address. `hmac` puts the
// HMAC-SHA256 of the body into a header, over exactly the bytes that are sent; its `dialect` is `sha256=hex`, `hex` or
// `base64`.
const digest = (text: string) => createHmac('sha256', SECRET).update(text).digest('hex');
test.each<[string, Auth<Settings>, (body: string) => string]>([
  ['x-api-key', apiKey({ header: 'X-Api-Key', value: secret }), () => SECRET],
  ['authorization', basic({ user: () => 'us', password: secret }), () => `Basic ${btoa(`us:${SECRET}`)}`],
  ['x-sign', hmac({ header: 'X-Sign', secret, dialect: 'sha256=hex' }), (body) => `sha256=${digest(body)}`],
])('2. the call has the header %s', async (header, auth, expected) => {
  await tryOnce(deskWith(auth), { event, config: settings() });
  const { text, json, headers } = firstCall();
  expect(json).toEqual(event.example);
  expect(headers[header]).toBe(expected(text));
});

// `standardWebhooks` follows the specification of that name. It also signs the time and an id, which is the same for
// every attempt. The key is the decoded base64 after `whsec_`. Several secrets give several signatures, so a tenant can
// change its secret without losing an event. A secret must have at least 24 bytes.
test('2. Standard Webhooks signs id, time and body, with each secret', async () => {
  const secrets = ({ secret, oldSecret }: Settings) => [secret, oldSecret ?? []].flat();
  const oldSecret = Buffer.alloc(24, 'old').toString('base64');
  await tryOnce(deskWith(standardWebhooks({ secrets })), { event, config: { ...settings(), oldSecret } });
  const { text, headers } = firstCall();
  const { 'webhook-id': id, 'webhook-timestamp': at, 'webhook-signature': signatures } = headers;
  const signed = (base64: string) =>
    createHmac('sha256', Buffer.from(base64, 'base64')).update(`${id}.${at}.${text}`).digest('base64');
  expect(signatures).toBe(`v1,${signed(SECRET.replace('whsec_', ''))} v1,${signed(oldSecret)}`);
  expect(id).toBe(headers['idempotency-key']);
  expect(Math.abs(Date.now() / 1000 - Number(at))).toBeLessThan(60);
});

// ## 3. Links
//
// A conversation is one ticket: its first event creates it, the others add notes. `ctx.link(kind)` remembers the id for
// this integration and conversation. The events of a conversation come in order, so nobody else creates the ticket in
// the meantime. The link is read inside the step. Otherwise a repeat of the first event would find the link and add a
// note about itself.
const answered = z.object({ id: z.string().optional() }).catch({});
const history = defineSink({
  name: 'desk-history',
  accepts: [conversationStarted, conversationResolved],
  config,
  auth: bearer(secret),
  idempotency: 'key-header',
  async deliver({ type, data }, ctx) {
    const link = ctx.link('ticket');
    const tickets = `${ctx.config.url}/tickets`;
    const ticket = await ctx.step('ticket', async () => {
      const known = await link.get();
      if (known !== undefined) return { id: known, isNew: false };
      const reply = await ctx.http.post(tickets, { endpoint: '/tickets', json: data });
      const { id } = answered.parse(reply.json());
      const outcome = byStatus(reply);
      return outcome.kind === 'delivered' ? { id, isNew: true } : outcome;
    });
    if (isOutcome(ticket)) return ticket;
    const { id, isNew } = ticket;
    if (id === undefined) return delivered();
    const note = { endpoint: '/tickets/{id}/notes', json: { text: type } };
    if (!isNew) return byStatus(await ctx.http.post(`${tickets}/${encodeURIComponent(id)}/notes`, note));
    await link.keep(id);
    return delivered(id);
  },
});

// `tryOnce` remembers nothing, but the `steps` and `links` that it returns can be passed to the next trial.
test('3. the first event of a conversation makes a ticket, the next one adds a note', async () => {
  const trial = { event, config: settings() };
  const { kind, steps, links } = await tryOnce(history, trial);
  expect({ kind, links }).toEqual({ kind: 'delivered', links: { ticket: 'T-1' } });
  await tryOnce(history, { ...trial, steps, links });
  expect(pathsAsked()).toEqual(['/tickets']);
  await tryOnce(history, { ...trial, event: conversationResolved, links });
  expect(pathsAsked()).toEqual(['/tickets', '/tickets/T-1/notes']);
});

// ## 4. Batches
//
// Where the other side takes many events at once, a sink has `batch` in place of `deliver`: up to `size` events of one
// type, no two of one conversation. One event alone waits `waitSeconds` for others. `batch` returns one outcome for
// each event, in their order, or one for all. With one `retry` for all, the batch is repeated with the same members and
// the same key. With one `rejected` for all, each event is tried alone.
const results = z.object({ results: z.array(z.object({ id: z.string(), error: z.string().optional() })) });

const leadList = defineSink({
  name: 'lead-list',
  accepts: [leadQualified],
  config: config.pick({ url: true, secret: true }),
  auth: bearer(secret),
  idempotency: 'external-id',
  batch: {
    size: 50,
    waitSeconds: 2,
    async deliver(entries, ctx) {
      const rows = entries.map(({ event, idempotencyKey: id }) => ({ id, email: event.data.customer_email }));
      const reply = await ctx.http.post(`${ctx.config.url}/rows`, { endpoint: '/rows', json: { rows } });
      const outcome = byStatus(reply);
      if (outcome.kind !== 'delivered') return outcome;
      const told = results.safeParse(reply.json()).data?.results ?? [];
      const refused = new Set(told.filter(({ error }) => error !== undefined).map(({ id }) => id));
      return rows.map(({ id }) => (refused.has(id) ? rejected('the list refused the row') : delivered(id)));
    },
  },
});

const idsIn = ({ json }: StubRequest) => (json as { rows: { id: string }[] }).rows.map(({ id }) => id);
const refusing = (request: StubRequest, nth: number): StubAnswer => ({
  body: { results: idsIn(request).map((id, i) => (i === nth ? { id, error: 'invalid' } : { id })) },
});

test('4. one outcome for each, or one for all', async () => {
  const trial = { event: leadQualified, config: settings() };
  answer = (request) => refusing(request, 1);
  expect(kinds(await tryTogether(leadList, trial, 3))).toEqual(['delivered', 'rejected', 'delivered']);
  answer = () => ({ status: 503 });
  expect(kinds(await tryTogether(leadList, trial, 3))).toEqual(['retry', 'retry', 'retry']);
  answer = () => ({ status: 422 });
  expect(kinds(await tryTogether(leadList, trial, 3))).toEqual(Array(3).fill('interrupted'));
  const keys = helpDesk.requests.map(({ headers }) => headers['idempotency-key']);
  expect(new Set([...keys, ...idsIn(firstCall())]).size).toBe(4);
});

// `testSink` has rules for batches too. It needs to know how the other side refuses one event of a batch.
testSink(leadList, {
  config: (url) => ({ url, secret: SECRET }),
  answer(request, keep) {
    for (const id of idsIn(request)) keep(id);
    return refusing(request, -1);
  },
  errorsIn2xx: [],
  rejectInBatch: refusing,
});

// ## 5. Alerts
//
// When an integration is broken, or a delivery is given up, this is an event too, of the tenant that owns the
// integration. A sink that accepts these events brings alerts into a team's own tool. Such an event never goes through
// the integration that it is about.
test('5. a broken integration becomes a ticket', async () => {
  const alerts = deskWith(bearer(secret), [integrationBroken, deliveryDead]);
  await tryOnce(alerts, { event: integrationBroken, config: settings() });
  expect(firstCall().json).toEqual(integrationBroken.example);
});
