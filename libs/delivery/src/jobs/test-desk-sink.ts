// For the specs of jobs: a sink with two calls, a check, a link and credentials, and a stand-in for its API.
import { type EventDefinition, leadQualified } from '@switchboard/contracts';
import {
  type DryRequest,
  type JobOutcome,
  type JobRequest,
  type JobResult,
  type PreviewedEvent,
  readJob,
  requestJob,
} from '@switchboard/ledger';
import { addIntegration, record, TENANT } from '@switchboard/ledger/spec-kit';
import { bearer, broken, byStatus, defineSink, delivered, isOutcome, type Sink } from '@switchboard/sink';
import { eventually, type HttpStub, httpStub, type StubAnswer, type StubRequest } from '@switchboard/testing';
import { z } from 'zod';
import type { freshLedger } from '../spec-kit.ts';

export const TOKEN = 'tok-5f0c9ad1e2b7';
export const SECRET_PATH = 'T0AA11/B0BB22/c3d4e5f6a7b8c9d0';

const config = z.object({
  url: z.url(),
  token: z.string().meta({ secret: true }),
  hook: z.string().meta({ secret: true }).optional(),
});

const found = z.object({ id: z.string() });

/** Creates a person, then a ticket, or a comment on the existing ticket. */
export const deskSink = defineSink({
  name: 'desk',
  accepts: [leadQualified],
  needs: { [leadQualified.type]: ['conversation_id'] },
  config,
  idempotency: 'key-header',
  auth: bearer<z.output<typeof config>>(({ token }) => token),
  async check({ http, config: { url } }) {
    const reply = await http.get(`${url}/me`);
    return reply.status === 401 ? { ...broken(`401 for ${reply.text}`), status: 401 } : byStatus(reply);
  },
  async deliver(event, ctx) {
    const { url, hook = 'none' } = ctx.config;
    const person = await ctx.step('person', async () => {
      const reply = await ctx.http.post(`${url}/people?key=${hook}`, {
        json: { id: event.id, email: event.data.customer_email, mapped: ctx.mapped, hook },
      });
      return reply.status === 200 ? found.parse(reply.json()) : byStatus(reply);
    });
    if (isOutcome(person)) return person;
    const ticket = await ctx.link('ticket').get();
    const path = ticket === undefined ? '/tickets' : `/tickets/${ticket}/comments`;
    const reply = await ctx.http.post(`${url}${path}`, { form: { person: person.id } });
    if (reply.status !== 200) return byStatus(reply);
    const { id } = found.parse(reply.json());
    if (ticket === undefined) await ctx.link('ticket').keep(id);
    return delivered(id);
  },
}) as unknown as Sink;

export const lead = leadQualified as unknown as EventDefinition;

/** The stand-in. It answers with ids, and repeats the headers of the call. */
function deskApi(
  answer: (request: StubRequest) => StubAnswer | undefined = () => undefined,
): Promise<HttpStub> {
  return httpStub(
    (request) =>
      answer(request) ?? { body: { id: `made-${request.path.split(/[/?]/)[1]}`, you: request.headers } },
  );
}

type AnyResult = { error: { code: string; message: string }; unsupported: boolean; outcome: JobOutcome } & {
  requests: DryRequest[];
  events: PreviewedEvent[];
};

/** The integration of the desk. */
export const one = { tenantId: TENANT, integrationId: 'one' };
/** The data of a lead that is taken in. */
export const leadData = { ...leadQualified.example, customer_email: 'real@example.com' };

/** A record with a lead. */
export const takenLead = (id: string, more: object = {}) =>
  record(id, { type: lead.type, data: { ...leadData, ...more } });

/** For a spec file: an integration of the desk and its API in each test. Registers the hooks. */
export function deskOn(ledger: ReturnType<typeof freshLedger>) {
  let api: HttpStub;
  let answer: Parameters<typeof deskApi>[0];
  beforeEach(async () => {
    answer = undefined;
    api = await deskApi((request) => answer?.(request));
    await addIntegration(ledger.db, 'one', {
      sink: 'desk',
      config: { url: api.url },
      secrets: { token: TOKEN, hook: SECRET_PATH },
    });
  });
  afterEach(() => api.close());
  return {
    get api() {
      return api;
    },
    /** Sets the answers of the API; undefined leaves its own. */
    answerWith(next: typeof answer): void {
      answer = next;
    },
    /** Requests a job, waits for it and returns its result, which never contains a secret. */
    async resultOf(request: JobRequest): Promise<AnyResult> {
      const id = await requestJob(ledger.db, request);
      if (id === undefined) throw new Error('there is no such integration');
      return eventually(async () => {
        const job = await readJob(ledger.db, request.tenantId, id);
        expect(job?.state).toBe('done');
        for (const secret of [TOKEN, SECRET_PATH]) expect(JSON.stringify(job)).not.toContain(secret);
        return job?.result as JobResult as AnyResult;
      });
    },
  };
}
