import { demoSinks } from './demo-integrations.mjs';
import { imbalances, table } from './summary.mjs';

const balanced = {
  accepted: 1200,
  enriched: 1200,
  conversations: 900,
  leads: 30,
  escalations: 40,
  deadLetters: 0,
  deliveries: [
    { sink: 'hubspot', state: 'delivered', count: 29 },
    { sink: 'hubspot', state: 'skipped', count: 1 },
    { sink: 'slack', state: 'delivered', count: 40 },
  ],
  latency: { p50_ms: 41.4, p99_ms: 1210.2 },
  conservation: { holds: true, problems: [] },
};
type Report = typeof balanced;

const judge = (change: Partial<Report> = {}) =>
  imbalances({ ...balanced, ...change }, { posted: 1200, wanted: demoSinks });
const rows = (...more: [sink: string, state: string, count: number][]): Report['deliveries'] =>
  more.map(([sink, state, count]) => ({ sink, state, count }));

test('numbers that add up are no problem', () => expect(judge()).toEqual({ open: [], final: [] }));

test.each<[Partial<Report>, string]>([
  [{ accepted: 1199 }, '1200 events were answered with 2xx, 1199 are in the first topic'],
  [{ leads: 31 }, '31 leads were routed, hubspot has 30 deliveries'],
  [{ escalations: 41 }, '41 escalations were routed, slack has 40 deliveries'],
  [{ conservation: { holds: false, problems: ['2 events are missing'] as never[] } }, '2 events are missing'],
  [{ deliveries: rows(['hubspot', 'delivered', 30], ['slack', 'waiting', 40]) }, '40 deliveries still wait'],
  [
    { deliveries: rows(['hubspot', 'delivered', 30], ['slack', 'odd', 40]) },
    '40 deliveries are in a state that is not known here',
  ],
])('%j is a problem that may still go away', (change, sentence) =>
  expect(judge(change)).toEqual({ open: [sentence], final: [] }),
);

test('every lead dead is a problem, although every one has its row', () =>
  expect(judge({ deliveries: rows(['hubspot', 'dead', 30], ['slack', 'delivered', 40]) })).toEqual({
    open: [],
    final: ['30 deliveries are dead; npm run dlq -- list shows why'],
  }));

test('so is a dead delivery of a sink that was added, and a dead letter of any service', () =>
  expect(
    judge({ deadLetters: 2, deliveries: [...balanced.deliveries, ...rows(['pager', 'dead', 1])] }).final,
  ).toEqual([
    '1 deliveries are dead; npm run dlq -- list shows why',
    '2 records are dead letters; npm run dlq -- list shows why',
  ]));

test('the table has a line for everything, and for every sink', () => {
  const report = { ...balanced, deliveries: [...balanced.deliveries, ...rows(['pager', 'dead', 3])] };
  const lines = Object.fromEntries(
    table(report)
      .split('\n')
      .map((line) => line.trim().split(/\s{2,}/)),
  );
  expect(lines).toEqual({
    accepted: '1,200',
    enriched: '1,200',
    routed: '970',
    conversations: '900',
    leads: '30',
    escalations: '40',
    'delivered to hubspot': '29',
    'delivered to pager': '0',
    'delivered to slack': '40',
    skipped: '1',
    waiting: '0',
    'dead deliveries': '3',
    'dead records': '0',
    'accepted to effect, p50': '41 ms',
    'accepted to effect, p99': '1,210 ms',
  });
});
