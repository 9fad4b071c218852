// A vendor that sends an oversized answer has handled the call: its status counts, and the call is not repeated.
import { leadQualified } from '@switchboard/contracts';
import { byStatus, defineSink, delivered, isOutcome } from '@switchboard/sink';
import { type HttpStub, httpStub, type StubAnswer } from '@switchboard/testing';
import { z } from 'zod';
import { MAX_RESPONSE_BYTES } from '../outgoing-http.ts';
import { tryOnce } from '../try-once.ts';

let stub: HttpStub;
let first: StubAnswer;
beforeEach(async () => {
  stub = await httpStub((_request, index) =>
    index === 0 ? { body: large, ...first } : { body: { id: 'n-1' } },
  );
});
afterEach(() => stub.close());

const large = 'x'.repeat(MAX_RESPONSE_BYTES + 1);
const made = z.object({ id: z.string() });

const sink = defineSink({
  name: 'two-calls',
  accepts: [leadQualified],
  config: z.object({ url: z.url(), first: z.enum(['get', 'post']) }),
  idempotency: 'none',
  async deliver(_event, { config, http, step }) {
    const contact = await step('contact', async () => {
      const outcome = byStatus(await http[config.first](`${config.url}/contact`));
      return outcome.kind === 'delivered' ? { done: true } : outcome;
    });
    if (isOutcome(contact)) return contact;
    const reply = await http.post(`${config.url}/note`);
    const outcome = byStatus(reply);
    return outcome.kind === 'delivered' ? delivered(made.safeParse(reply.json()).data?.id) : outcome;
  },
});

async function tried(answer: StubAnswer, method: 'get' | 'post' = 'post') {
  first = answer;
  const { kind, reference, afterSeconds, status, steps } = await tryOnce(sink, {
    event: leadQualified,
    config: { url: stub.url, first: method },
  });
  return { kind, reference, afterSeconds, status, steps, calls: stub.requests.map(({ path }) => path) };
}

test('in a step it is a success, and the delivery goes on to the next step', async () => {
  expect(await tried({ status: 201 })).toMatchObject({
    kind: 'delivered',
    reference: 'n-1',
    steps: { contact: { done: true } },
    calls: ['/contact', '/note'],
  });
});

test.each([
  [422, 'rejected', undefined],
  [401, 'broken', undefined],
  [503, 'retry', 7],
  [429, 'retry', 7],
])('an oversized %d is %s', async (status, kind, afterSeconds) => {
  const headers = afterSeconds === undefined ? {} : { 'retry-after': String(afterSeconds) };
  expect(await tried({ status, headers })).toMatchObject({ kind, status, afterSeconds, calls: ['/contact'] });
});

test('a GET with an oversized answer is retried, because an empty answer would read as "nothing found"', async () => {
  expect(await tried({ status: 200 }, 'get')).toMatchObject({
    kind: 'retry',
    status: 200,
    calls: ['/contact'],
  });
  stub.requests.length = 0;
  expect(await tried({ status: 404 }, 'get')).toMatchObject({ kind: 'rejected' });
});
