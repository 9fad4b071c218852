import { imbalances, table } from './summary.mjs';

const balanced = {
  accepted: 1200,
  enriched: 1200,
  conversations: 900,
  leads: 30,
  escalations: 40,
  deadLetters: 1,
  deliveries: [
    { sink: 'hubspot', state: 'delivered', count: 29 },
    { sink: 'hubspot', state: 'dead', count: 1 },
    { sink: 'slack', state: 'delivered', count: 40 },
  ],
  latency: { p50_ms: 41.4, p99_ms: 1210.2 },
  conservation: { holds: true, problems: [] },
};

test('numbers that add up are no problem', () => expect(imbalances(balanced, 1200)).toEqual([]));

test.each([
  [{ accepted: 1199 }, '1200 events were answered with 2xx, 1199 are in the first topic'],
  [{ leads: 31 }, "31 leads routed, 30 in HubSpot's ledger"],
  [{ escalations: 41 }, "41 escalations routed, 40 in Slack's ledger"],
  [{ conservation: { holds: false, problems: ['2 events are missing'] } }, '2 events are missing'],
])('%j is a problem', (change, sentence) =>
  expect(imbalances({ ...balanced, ...change }, 1200)).toEqual([sentence]),
);

test('what waits is a problem', () => {
  const deliveries = [...balanced.deliveries.slice(0, 2), { sink: 'slack', state: 'waiting', count: 40 }];
  expect(imbalances({ ...balanced, deliveries }, 1200)).toEqual(['40 deliveries still wait']);
});

test('the table has a line for everything', () => {
  const rows = Object.fromEntries(
    table(balanced)
      .split('\n')
      .map((line) => line.trim().split(/\s{2,}/)),
  );
  expect(rows).toEqual({
    accepted: '1,200',
    enriched: '1,200',
    routed: '970',
    conversations: '900',
    leads: '30',
    escalations: '40',
    'leads in the CRM': '29',
    'messages in Slack': '40',
    skipped: '0',
    dead: '2',
    waiting: '0',
    'accepted to effect, p50': '41 ms',
    'accepted to effect, p99': '1,210 ms',
  });
});
