// The server with all stand-ins on one port. A request gets the answer of its vendor, or a fault that is set, and is
// recorded.
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { type Behaviour, Behaviours } from './behaviour.ts';
import { addControlRoutes } from './control.ts';
import { helpNinja } from './helpninja.ts';
import { hubSpot } from './hubspot.ts';
import { type Ending, Journal } from './journal.ts';
import { type Limits, RateLimits } from './rate-limits.ts';
import { slack } from './slack.ts';
import { isJson, type Vendor, type VendorReply, type VendorRequest } from './vendor.ts';

const BODY_LIMIT = 16 * 1024 * 1024;

/** The credentials of the stand-ins. Where one is absent, any value is accepted that is not empty. */
export interface SandboxOptions {
  hubspotToken?: string;
  /** `team/bot/secret` of the incoming webhook. */
  slackSecretPath?: string;
  helpninjaApiKey?: string;
  /** The HubSpot account has the product's contact properties from the start. */
  hubspotPrepared?: boolean;
  /** Ids that are not registered have an invented conversation. */
  inventConversations?: boolean;
  /** Rate limits; none if absent. */
  limits?: Limits;
}

/** Makes the sandbox. The caller starts and closes it. */
export function createSandbox(options: SandboxOptions = {}): FastifyInstance {
  const journal = new Journal();
  const behaviours = new Behaviours();
  const limits = new RateLimits(options.limits ?? {});
  const app = Fastify({ bodyLimit: BODY_LIMIT, forceCloseConnections: true });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body));
  for (const path of ['/health', '/health/live', '/health/ready'])
    app.get(path, () => ({ status: 'healthy', timestamp: new Date().toISOString() }));
  addControlRoutes(app, journal, behaviours, limits);

  const platform = helpNinja(options.helpninjaApiKey, options.inventConversations);
  app.post('/helpninja/_conversations', (request, reply) => {
    const outcome = platform.register(vendorRequest(request, '/helpninja').json);
    return reply.code(outcome.status).send(outcome.body);
  });
  const crm = hubSpot(options.hubspotToken, options.hubspotPrepared);
  for (const vendor of [crm, slack(options.slackSecretPath), platform])
    app.all(`/${vendor.name}/*`, (request, reply) =>
      serve(vendor, request, reply, { journal, behaviours, limits }),
    );
  return app;
}

/** What all vendors of a sandbox share. */
interface Context {
  readonly journal: Journal;
  readonly behaviours: Behaviours;
  readonly limits: RateLimits;
}

async function serve(
  vendor: Vendor,
  request: FastifyRequest,
  reply: FastifyReply,
  { journal, behaviours, limits }: Context,
): Promise<unknown> {
  const call = vendorRequest(request, `/${vendor.name}`);
  const fault = behaviours.take(vendor.name, call.path);
  const replaces = fault && (fault.status !== undefined || fault.reset || fault.hang);
  const refused = replaces ? undefined : limits.refusal(vendor.name, call);
  const real = refused ?? (replaces && !fault.after ? undefined : vendor.answer(call));
  const shown = replaces ? faultReply(vendor, fault) : real;
  journal.add({
    vendor: vendor.name,
    method: request.method,
    path: request.url,
    headers: request.headers,
    body: bodyOf(call),
    status: ending(fault, shown),
    effect: real !== undefined && real.status < 300,
  });
  if (fault?.delay_ms) await new Promise((resolve) => setTimeout(resolve, fault.delay_ms).unref());
  if (fault?.reset || fault?.hang || !shown) {
    reply.hijack();
    if (fault?.reset) request.raw.socket.resetAndDestroy();
    return reply;
  }
  if (shown.reason) reply.header('x-sandbox-reason', shown.reason.replace(/[^ -~]/g, '?'));
  if (shown.headers) reply.headers(shown.headers);
  reply.type(
    typeof shown.body === 'string' ? 'text/plain; charset=utf-8' : 'application/json; charset=utf-8',
  );
  return reply
    .code(shown.status)
    .send(typeof shown.body === 'string' ? shown.body : JSON.stringify(shown.body));
}

function faultReply(vendor: Vendor, fault: Behaviour): VendorReply | undefined {
  if (fault.status === undefined) return undefined;
  return {
    status: fault.status,
    body: fault.body ?? vendor.fault(fault.status),
    ...(fault.retry_after === undefined ? {} : { headers: { 'retry-after': String(fault.retry_after) } }),
  };
}

function ending(fault: Behaviour | undefined, shown: VendorReply | undefined): Ending {
  if (fault?.reset) return 'reset';
  if (fault?.hang || !shown) return 'hang';
  return shown.status;
}

function vendorRequest(request: FastifyRequest, prefix: string): VendorRequest {
  const [path = '', query = ''] = request.url.slice(prefix.length).split('?', 2);
  const text = typeof request.body === 'string' ? request.body : '';
  let json: unknown;
  try {
    json = isJson(request.headers) ? JSON.parse(text) : undefined;
  } catch {
    json = undefined; // The vendor refuses a body that is not JSON.
  }
  return {
    method: request.method,
    path,
    query: new URLSearchParams(query),
    headers: request.headers,
    text,
    json,
  };
}

function bodyOf(call: VendorRequest): { json: string } | { text: string } | undefined {
  if (call.text === '') return undefined;
  return call.json === undefined ? { text: call.text } : { json: call.text };
}
