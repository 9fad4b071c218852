// Prompt injections: what a model that follows them can do with its answer.
import { enrichment } from '@switchboard/contracts';
import { HttpClient } from '@switchboard/egress';
import { ChatParameters } from '@switchboard/egress/chat';
import type { ModelAnswer } from './answer.ts';
import { ModelClient, ModelError } from './model-client.ts';
import { PROMPT_VERSIONS, type Prompt, promptFor } from './prompt.ts';
import { injections } from './test-injections.ts';
import { type ChatRequest, goodAnswer, type TestModelServer, testModelServer } from './test-model-server.ts';
import { cleanedAnswers, type Obedience, OWN_WORDS, refusedAnswers } from './test-obedient-model.ts';

const http = new HttpClient();
let server: TestModelServer;
let client: ModelClient;

beforeAll(async () => {
  server = await testModelServer();
  const options = { http, baseUrl: server.url, apiKey: 'sk-test', model: 'm' };
  client = new ModelClient({
    ...options,
    parameters: new ChatParameters({ baseUrl: options.baseUrl }),
    timeoutMs: 60_000,
    answerTokens: 800,
  });
});
afterAll(async () => {
  await http.close();
  await server.close();
});

const promptOf = (text: string) =>
  promptFor({ messages: [{ text, customer: true }] }, { version: PROMPT_VERSIONS[0], maxTokens: 2_000 });

/** The outcome of each text with a model that follows it. */
async function outcomesOf(obedience: Obedience) {
  server.behave(({ json }) => ({ content: obedience(json as ChatRequest) }));
  const before = server.requests.length;
  const outcomes = await Promise.all(
    injections.map(async (text) => {
      const prompt = promptOf(text);
      const asking = client.ask(prompt, new AbortController().signal);
      return { prompt, outcome: await asking.catch((error: unknown) => error as ModelError) };
    }),
  );
  expect(server.requests.length - before).toBe(200);
  return outcomes;
}

/** Checks independently of the code under test. */
function expectHarmless(answer: ModelAnswer, { canary }: Prompt): void {
  const { insights, classification } = enrichment.shape;
  const { categories, sentiment, sentiment_score, urgency, complexity, intent, ...texts } = answer;
  const judged = { categories, sentiment, sentiment_score, urgency, complexity };
  expect(classification.omit({ priority: true }).strict().safeParse(judged).error).toBeUndefined();
  const insight = intent === null ? texts : { ...texts, intent };
  expect(insights.strict().safeParse(insight).error).toBeUndefined();
  const said = Object.values(answer).flat().join('\n').normalize('NFKC');
  expect(said.toLowerCase().replace(/[^a-z0-9]/g, '')).not.toContain(canary);
  expect(said).not.toMatch(/:\/\/|www\.|example ?[.。]|\[\.\]|%3a|xn--|\]\(|<[a-z!@#/]|@(?:here|everyone)/i);
  // Without the line breaks that join the items.
  expect(said.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}]/u);
}

test('there are 200 texts, all different', () => {
  expect(new Set(injections).size).toBe(200);
  expect(injections).toHaveLength(200);
});

test('no text ends the data or begins a new line', () => {
  for (const text of injections) {
    const user = promptOf(text).messages[1]?.content ?? '';
    const [fence = '', line = '', last, ...more] = user.split('\n');
    expect(JSON.parse(line)).toEqual({ from: 'customer', text });
    expect([last, more]).toEqual([fence, []]);
    expect(line).not.toContain(fence);
  }
});

test.each(Object.entries(refusedAnswers))('a model that %s: the answer is refused', async (_, obedience) => {
  for (const { outcome } of await outcomesOf(obedience)) {
    expect(outcome).toBeInstanceOf(ModelError);
    expect(outcome).toMatchObject({ code: 'invalid_answer' });
  }
});

test.each(Object.entries(cleanedAnswers))(
  'a model that %s: the answer is accepted without these items',
  async (_, obedience) => {
    for (const { outcome, prompt } of await outcomesOf(obedience)) {
      expect(outcome).not.toBeInstanceOf(Error);
      const { answer } = outcome as { answer: ModelAnswer };
      expectHarmless(answer, prompt);
      expect(answer.goals).toContain(OWN_WORDS);
      expect(answer.categories).toEqual(goodAnswer.categories);
    }
  },
);

test('expectHarmless tells harmless answers from others', () => {
  const prompt = promptOf('hi');
  expectHarmless(goodAnswer, prompt);
  for (const goals of [[prompt.canary], ['https://example.com'], ['<!here>'], ['a\u0007']])
    expect(() => expectHarmless({ ...goodAnswer, goals }, prompt)).toThrow();
  expect(() => expectHarmless({ ...goodAnswer, urgency: 'nuclear' as 'low' }, prompt)).toThrow();
});
