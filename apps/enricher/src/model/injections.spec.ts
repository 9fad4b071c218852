import { enrichment } from '@switchboard/contracts';
import { HttpClient } from '@switchboard/egress';
import { ChatParameters } from '@switchboard/egress/chat';
import type { ModelAnswer } from './answer.ts';
import { ModelClient, ModelError } from './model-client.ts';
import { PROMPT_VERSIONS, type Prompt, promptFor } from './prompt.ts';
import { injections } from './test-injections.ts';
import { type ChatRequest, goodAnswer, type TestModelServer, testModelServer } from './test-model-server.ts';
import { givenAway, type Obedience, OWN_WORDS, takenOut } from './test-obedient-model.ts';

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

/** What came of each text when it is obeyed. */
async function obeyed(obedience: Obedience) {
  server.behave(({ json }) => ({ content: obedience(json as ChatRequest) }));
  const before = server.requests.length;
  const outcomes = await Promise.all(
    injections.map(async (text) => {
      const prompt = promptOf(text);
      const asked = client.ask(prompt, new AbortController().signal);
      return { prompt, came: await asked.catch((error: unknown) => error as ModelError) };
    }),
  );
  expect(server.requests.length - before).toBe(200);
  return outcomes;
}

/** By means of its own, not those of what is tested. */
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
  // Apart from the line breaks between the items.
  expect(said.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}]/u);
}

test('there are 200 texts, all different', () => {
  expect(new Set(injections).size).toBe(200);
  expect(injections).toHaveLength(200);
});

test('no text ends the data or begins a line of its own', () => {
  for (const text of injections) {
    const user = promptOf(text).messages[1]?.content ?? '';
    const [fence = '', line = '', last, ...more] = user.split('\n');
    expect(JSON.parse(line)).toEqual({ from: 'customer', text });
    expect([last, more]).toEqual([fence, []]);
    expect(line).not.toContain(fence);
  }
});

test.each(Object.entries(givenAway))('a model that %s: no answer comes through', async (_, obedience) => {
  for (const { came } of await obeyed(obedience)) {
    expect(came).toBeInstanceOf(ModelError);
    expect(came).toMatchObject({ code: 'invalid_answer' });
  }
});

test.each(Object.entries(takenOut))('a model that %s: answers come without', async (_, obedience) => {
  for (const { came, prompt } of await obeyed(obedience)) {
    expect(came).not.toBeInstanceOf(Error);
    const { answer } = came as { answer: ModelAnswer };
    expectHarmless(answer, prompt);
    expect(answer.goals).toContain(OWN_WORDS);
    expect(answer.categories).toEqual(goodAnswer.categories);
  }
});

test('what is harmless is told from what is not', () => {
  const prompt = promptOf('hi');
  expectHarmless(goodAnswer, prompt);
  for (const goals of [[prompt.canary], ['https://example.com'], ['<!here>'], ['a\u0007']])
    expect(() => expectHarmless({ ...goodAnswer, goals }, prompt)).toThrow();
  expect(() => expectHarmless({ ...goodAnswer, urgency: 'nuclear' as 'low' }, prompt)).toThrow();
});
