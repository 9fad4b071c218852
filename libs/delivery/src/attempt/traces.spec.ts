// Each call for an event carries the trace of the event, also after the delivery has waited in the ledger.
import { conversationEscalated } from '@switchboard/contracts';
import { addIntegration, record } from '@switchboard/ledger/spec-kit';
import { byStatus, defineSink, type Sink } from '@switchboard/sink';
import { type HttpStub, httpStub } from '@switchboard/testing';
import { z } from 'zod';
import { freshLedger, sinkThat } from '../spec-kit.ts';

const ledger = freshLedger();
let stub: HttpStub;
beforeEach(async () => {
  stub = await httpStub((_request, index) => ({ status: index === 0 ? 503 : 200 }));
  await addIntegration(ledger.db, 'one', { config: { url: stub.url } });
});
afterEach(() => stub.close());

const TRACE = '00-4bf92f3577b34da6a3ce929d0e0e4736-';
const CALLER = '00f067aa0ba902b7';
const OWN = '00-11111111111111111111111111111111-2222222222222222-00';
const traces = () => stub.requests.map(({ headers }) => String(headers['traceparent']));

const sink = sinkThat(async (event, { http, config }) => {
  const first = byStatus(await http.post(`${config.url}/a`));
  if (first.kind !== 'delivered' || event.id === 'plain') return first;
  return byStatus(await http.post(`${config.url}/b`, { headers: { Traceparent: OWN } }));
});

test('each call belongs to the trace of its event, with its own parent id, unless the sink sets another trace', async () => {
  const { take } = ledger.start([sink]);
  await take([record('e', { traceparent: `${TRACE}${CALLER}-01` })]);
  // The first attempt came out of memory, the second out of the ledger.
  await ledger.allDelivered(1);
  const [first, second, third] = traces() as [string, string, string];
  expect(traces()).toHaveLength(3);
  const others = [first, second].map((trace) => {
    expect(trace.startsWith(TRACE)).toBe(true);
    expect(trace.endsWith('-01')).toBe(true);
    return trace.split('-')[2];
  });
  expect(new Set([...others, CALLER]).size).toBe(3);
  expect(third).toBe(OWN);
});

test('an event without a trace has calls without one, beside events that have one', async () => {
  const { take } = ledger.start([sink]);
  await take([
    record('plain', { key: 'a' }),
    record('other', { key: 'b', traceparent: `${TRACE}${CALLER}-00` }),
  ]);
  await ledger.allDelivered(2);
  const plain = stub.requests.filter(({ headers }) => headers['traceparent'] === undefined);
  expect(new Set(plain.map(({ path }) => path))).toEqual(new Set(['/a']));
  const rows = await ledger.db.query('select event_id, traceparent from event_body order by 1');
  expect(rows).toEqual([
    { event_id: 'other', traceparent: `${TRACE}${CALLER}-00` },
    { event_id: 'plain', traceparent: null },
  ]);
});

const together = defineSink({
  name: 'probe',
  accepts: [conversationEscalated],
  config: z.object({ url: z.url(), token: z.string().meta({ secret: true }) }),
  idempotency: 'none',
  batch: {
    size: 2,
    waitSeconds: 5,
    deliver: async (_entries, { http, config }) => byStatus(await http.post(`${config.url}/a`)),
  },
}) as unknown as Sink;

test('a batch carries the trace that all of its events share, and none when they have several', async () => {
  const { take } = ledger.start([together]);
  const other = `00-${'3'.repeat(32)}-${CALLER}-01`;
  await take(['a', 'b'].map((id) => record(id, { traceparent: `${TRACE}${CALLER}-01` })));
  await ledger.allDelivered(2);
  await take([record('c', { traceparent: `${TRACE}${CALLER}-01` }), record('d', { traceparent: other })]);
  await ledger.allDelivered(4);
  // The first call is refused for a while: it is made twice.
  expect(traces()).toEqual([expect.stringContaining(TRACE), expect.stringContaining(TRACE), 'undefined']);
});
