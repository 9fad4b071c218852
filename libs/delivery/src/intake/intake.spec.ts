// From records to rows of the ledger: which rows there are, which process claims them, in which order they are
// delivered.
import {
  conversationEscalated,
  type EventDefinition,
  integrationRecovered,
  topics,
} from '@switchboard/contracts';
import type { InRecord } from '@switchboard/kafka';
import { addIntegration, record, rows } from '@switchboard/ledger/spec-kit';
import { delivered } from '@switchboard/sink';
import { freshLedger, sinkThat } from '../spec-kit.ts';

const ledger = freshLedger();
const { start, settled } = ledger;

describe('intake', () => {
  test('inserts one row per event and integration, once, and delivers it', async () => {
    await addIntegration(ledger.db, 'one');
    await addIntegration(ledger.db, 'two');
    const seen: string[] = [];
    const { take, observed } = start([
      sinkThat(async (event) => {
        seen.push(event.id);
        return delivered(`ref-${event.id}`);
      }),
    ]);
    const records = [record('e1'), record('e2'), record('e1')];
    expect(await take(records)).toEqual([{ kind: 'done' }, { kind: 'done' }, { kind: 'done' }]);
    await take(records);
    const all = await settled(4);
    expect(all.map(({ event, integration, reference }) => [event, integration, reference])).toEqual([
      ['e1', 'one', 'ref-e1'],
      ['e1', 'two', 'ref-e1'],
      ['e2', 'one', 'ref-e2'],
      ['e2', 'two', 'ref-e2'],
    ]);
    expect(seen.sort()).toEqual(['e1', 'e1', 'e2', 'e2']);
    expect(observed.effects).toHaveLength(4);
    const attempts = await ledger.db.query('select number, outcome, status from delivery_attempt');
    expect(attempts).toEqual(Array(4).fill({ number: 1, outcome: 'delivered', status: null }));
    expect(await ledger.db.query('select event_id from event_body order by 1')).toEqual([
      { event_id: 'e1' },
      { event_id: 'e2' },
    ]);
  });

  // A writer that missed its acknowledgement writes its batch once more: a, b, a, b. A chunk may begin at the first b.
  test('an event that occurs twice, with another of its key between, is delivered once', async () => {
    await addIntegration(ledger.db, 'one');
    const seen: string[] = [];
    let open = (): void => undefined;
    const opened = new Promise<void>((resolve) => {
      open = resolve;
    });
    const { take } = start([
      sinkThat(async ({ id }) => {
        seen.push(id);
        if (id === 'b') await opened;
        return delivered();
      }),
    ]);
    const [a, b, c] = ['a', 'b', 'c'].map((id) => record(id, { key: 'k' })) as [InRecord, InRecord, InRecord];
    await take([a]);
    await settled(1);
    await take([b, a, b, c]);
    open();
    await settled(3);
    expect(seen).toEqual(['a', 'b', 'c']);
  });

  test('an operational event that a sender made up is ignored', async () => {
    await addIntegration(ledger.db, 'one');
    const both = [conversationEscalated, integrationRecovered] as unknown as EventDefinition[];
    const { take } = start([sinkThat(async () => delivered(), 'probe', both)]);
    const type = integrationRecovered.type;
    const data = { ...integrationRecovered.example };
    const published = record('published', { type, data });
    await take([{ ...record('made-up', { type, data }), topic: topics.enriched }, published, record('e')]);
    expect((await settled(2)).map(({ event }) => event).sort()).toEqual(['e', 'published']);
  });

  test('ignores events from before an integration was active, of other tenants and of other types', async () => {
    await addIntegration(ledger.db, 'late', { activeFrom: new Date('2026-05-01T00:00:00Z') });
    const { take, observed } = start([sinkThat(async () => delivered())]);
    await take([
      record('before', { at: new Date('2026-04-30T23:59:59Z') }),
      record('after', { at: new Date('2026-05-01T00:00:00Z') }),
      record('stranger', { tenant: 'other' }),
      record('type', { type: 'message.sent' }),
    ]);
    const all = await settled(1);
    expect(all.map(({ event }) => event)).toEqual(['after']);
    expect(observed.unwanted).toEqual(['conversation.escalated', 'conversation.escalated']);
  });

  test('takes an event only for integrations whose rules it meets at that moment', async () => {
    const rules = (id: string, given: object[], touch = ', updated_at = now()') =>
      ledger.db.query(`update integrations set rules = $2${touch} where id = $1`, [
        id,
        JSON.stringify(given),
      ]);
    await addIntegration(ledger.db, 'all');
    await addIntegration(ledger.db, 'urgent');
    await rules('urgent', [{ field: 'data.priority', one_of: ['high', 'urgent'] }]);
    const { take, observed } = start([sinkThat(async () => delivered())]);
    const chunk = (n: number) => [
      record(`low${n}`, { key: 'k', data: { priority: 'low' } }),
      record(`high${n}`, { key: 'k', data: { priority: 'high' } }),
    ];
    await take(chunk(1));
    // Here the rules in memory are older than the table, whether or not `updated_at` was set.
    await rules('urgent', [{ field: 'data.priority', equals: 'low' }]);
    await take(chunk(2));
    await rules('urgent', [{ field: 'data.priority', exists: false }], '');
    await take(chunk(3));
    await rules('urgent', []);
    await take(chunk(4));
    const all = await settled(8 + 4);
    const of = (integration: string) =>
      all.filter((row) => row.integration === integration).map(({ event }) => event);
    expect(of('all')).toEqual(['low1', 'high1', 'low2', 'high2', 'low3', 'high3', 'low4', 'high4']);
    expect(of('urgent')).toEqual(['high1', 'low2', 'low4', 'high4']);
    await ledger.db.query(`delete from integrations where id = 'all'`);
    await rules('urgent', [{ field: 'data.priority', equals: 'none' }]);
    await take(chunk(5));
    expect(observed.unwanted).toHaveLength(2);
    expect(await rows(ledger.db)).toHaveLength(12);
  });

  test('gives the sink the fields that the tenant has mapped', async () => {
    await addIntegration(ledger.db, 'one');
    await ledger.db.query(`update integrations set mapping = $1, updated_at = now()`, [
      JSON.stringify({
        why: 'data.escalation_reason',
        tags: 'data.escalation_triggers',
        none: 'data.gone',
        all: 'data',
      }),
    ]);
    let mapped: unknown;
    const { take } = start([
      sinkThat(async (_event, ctx) => {
        mapped = ctx.mapped;
        return delivered();
      }),
    ]);
    await take([record('e', { data: { escalation_reason: 'anger', escalation_triggers: ['a', 'b'] } })]);
    await settled(1);
    expect(mapped).toEqual({ why: 'anger', tags: 'a, b' });
  });

  test('turns records that are not events into dead letters and takes the rest', async () => {
    await addIntegration(ledger.db, 'one');
    const { take } = start([sinkThat(async () => delivered())]);
    const good = record('good');
    const outcomes = await take([
      record('a', { value: Buffer.from('{"event":') }),
      record('b', { value: Buffer.from('[1]') }),
      { ...record('c'), headers: {} },
      { ...record('d'), timestamp: -1 },
      record('nul\0', { key: 'k' }),
      good,
    ]);
    expect(outcomes.map((outcome) => ('code' in outcome ? outcome.code : outcome.kind))).toEqual([
      'EVENT_NOT_JSON',
      'EVENT_NOT_JSON',
      'HEADERS_MISSING',
      'TIMESTAMP_INVALID',
      'HEADERS_INVALID',
      'done',
    ]);
    expect((await settled(1)).map(({ event }) => event)).toEqual(['good']);
  });

  test('keeps equal event ids of two tenants apart', async () => {
    await addIntegration(ledger.db, 'one');
    await addIntegration(ledger.db, 'two', { tenant: 'other' });
    const reasons: (string | undefined)[] = [];
    const { take } = start([
      sinkThat(async (event) => {
        reasons.push(event.data['escalation_reason'] as string);
        return delivered();
      }),
    ]);
    await take([record('same', { data: { escalation_reason: 'ours' } })]);
    await take([record('same', { tenant: 'other', data: { escalation_reason: 'theirs' } })]);
    await settled(2);
    expect(reasons.sort()).toEqual(['ours', 'theirs']);
  });

  test('takes more events than fit into memory and delivers all of them, in order per key', async () => {
    await addIntegration(ledger.db, 'one');
    const seen = new Map<string, string[]>();
    const { take } = start([
      sinkThat(async (event) => {
        const key = String(event.data['conversation_id']);
        seen.set(key, [...(seen.get(key) ?? []), event.id]);
        return delivered();
      }),
    ]);
    const records = Array.from({ length: 3000 }, (_, i) => record(`e${i}`, { key: `k${i % 20}` }));
    await take(records);
    await settled(3000);
    for (const [key, ids] of seen) {
      expect(ids).toEqual(records.filter((r) => r.key?.toString() === key).map((r) => r.headers['ce_id']));
    }
    expect(seen.size).toBe(20);
  });
});
