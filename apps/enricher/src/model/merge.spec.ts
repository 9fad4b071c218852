import { LocalAnalyser } from '@switchboard/analysis';
import { conversationEscalated, enrichment } from '@switchboard/contracts';
import { readAnswer } from './answer.ts';
import { mergeAnswer } from './merge.ts';
import { goodAnswer } from './test-model-server.ts';

const analyser = new LocalAnalyser({ competitors: ['Monday.com'], phoneCountry: 'US' });
const event = {
  type: conversationEscalated.type,
  tenantId: 'acme',
  data: {},
  messages: [{ text: 'Are Rocket Boots 2.0 cheaper than Monday.com?', customer: true }],
  vocabulary: { products: ['Rocket Boots 2.0'], competitors: [] },
};
const origin = { source: 'model', promptVersion: 'p', latencyMs: 1.4 } as const;

async function insightsWith(lists: Partial<typeof goodAnswer>) {
  const answer = readAnswer(JSON.stringify({ ...goodAnswer, ...lists }), 'f'.repeat(32));
  const analysis = mergeAnswer(
    await analyser.analyse(event),
    event,
    { answer, model: 'm', microUsd: 7 },
    origin,
  );
  return enrichment.strict().parse(analysis).insights;
}

test('local names stay beside those of the model, each once', async () => {
  const insights = await insightsWith({
    competitive_mentions: ['monday.com', 'Asana', 'MONDAY', 'asana'],
    product_interests: ['rocket boots 2.0', 'Rocket Hat'],
  });
  expect(insights.competitive_mentions).toEqual(['Monday.com', 'Asana', 'MONDAY']);
  expect(insights.product_interests).toEqual(['Rocket Boots 2.0', 'Rocket Hat']);
});

test('there are at most ten names, and the local ones are among them', async () => {
  const { competitive_mentions } = await insightsWith({
    competitive_mentions: Array.from({ length: 10 }, (_, n) => `rival ${n}`),
  });
  expect(competitive_mentions).toHaveLength(10);
  expect(competitive_mentions[0]).toBe('Monday.com');
});
