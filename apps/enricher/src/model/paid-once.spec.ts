// What an event is not made to pay for: late events have their details, a redelivered one costs the platform and the model
// nothing, and an answer that was paid for is not lost with Postgres.
import { setTimeout as wait } from 'node:timers/promises';
import { InfrastructureError } from '@switchboard/contracts';
import { Answers } from './answers.ts';
import { Budget } from './budget.ts';
import type { ConversationFetch } from './conversation.ts';
import { testAsking } from './test-asking.ts';
import { goodAnswer } from './test-model-server.ts';
import { NOTHING_SET, platformWith, testEvent, testStep } from './test-step.ts';

const kit = testStep();
const calls = () => kit.server.requests.length;

test('an event that is late for the model has its details all the same', async () => {
  const before = calls();
  const late = { acceptedAt: Date.now() - 60_000 };
  const fetched: string[] = [];
  const fetching = platformWith({ id: 'conv_1', customer_email: 'ann@example.com' }, [], fetched);
  const made = await kit.enriched(testEvent(late), NOTHING_SET, fetching);
  expect(made).toMatchObject({
    source: 'fallback',
    fallback_reason: 'deadline',
    cost_usd: 0,
    conversation: { id: 'conv_1', customer_email: 'ann@example.com' },
  });
  // It brings words of its own; its messages are for the model.
  expect(fetched).toEqual(['details']);
  const words = [{ text: 'I was charged twice', customer: true }];
  const wordless = await kit.enriched(
    testEvent({ ...late, messages: [] }),
    NOTHING_SET,
    platformWith({ id: 'c' }, words),
  );
  expect(wordless).toMatchObject({ classification: { categories: ['billing'] }, metrics: { messages: 1 } });
  expect(calls()).toBe(before);
});

test('details that come after the model’s time, and those before messages that are too slow, are kept', async () => {
  kit.begin({ deadlineMs: 300 });
  const passed = () => wait(600);
  const slowDetails: ConversationFetch = {
    details: async () => passed().then(() => ({ id: 'late' })),
    messages: async () => undefined,
  };
  expect(await kit.enriched(testEvent(), NOTHING_SET, slowDetails)).toMatchObject({
    fallback_reason: 'deadline',
    conversation: { id: 'late' },
  });
  const slowMessages: ConversationFetch = {
    details: async () => ({ id: 'in time' }),
    messages: () => new Promise(() => undefined),
  };
  expect(await kit.enriched(testEvent(), NOTHING_SET, slowMessages)).toMatchObject({
    fallback_reason: 'deadline',
    conversation: { id: 'in time' },
  });
});

test('a redelivered event asks the platform nothing', async () => {
  const one = testEvent();
  const fetched: string[] = [];
  const fetching = platformWith({ id: 'conv_1' }, [{ text: 'hello', customer: true }], fetched);
  const first = await kit.enriched(one, NOTHING_SET, fetching);
  expect(fetched).toEqual(['details', 'messages']);
  kit.begin();
  expect(await kit.enriched(one, NOTHING_SET, fetching)).toEqual(first);
  expect(fetched).toEqual(['details', 'messages']);
});

test.each(['keep', 'settle'] as const)(
  'Postgres goes away between the answer and "%s": it is paid for once, and what was spent stays spent',
  async (where) => {
    let away = true;
    const cut = <Args extends unknown[], Result>(call: (...args: Args) => Promise<Result>) => {
      return async (...args: Args): Promise<Result> => {
        if (away) throw new InfrastructureError('POSTGRES_UNAVAILABLE', 'writing: the connection was cut');
        return call(...args);
      };
    };
    const { database } = kit.corner;
    const answers = new Answers(database, { keepDays: 8 });
    const budget = new Budget(database);
    const tenantId = `cut-${where}`;
    const paid = testAsking(
      { http: kit.http, database, url: kit.server.url },
      where === 'settle'
        ? { budget: { reserve: budget.reserve.bind(budget), settle: cut(budget.settle.bind(budget)) } }
        : {},
    );
    const step = kit.begin({
      asking: paid.asking,
      ...(where === 'keep' && {
        answers: { find: answers.find.bind(answers), keep: cut(answers.keep.bind(answers)) },
      }),
    });
    const one = testEvent({ tenantId });
    const before = calls();
    kit.server.behave((_request, index) => ({
      content: JSON.stringify({ ...goodAnswer, goals: [`answer number ${index}`] }),
    }));
    await expect(step.enrichment(one, NOTHING_SET, 'k', undefined)).rejects.toThrow(InfrastructureError);
    away = false;
    const made = await kit.enriched(one);
    expect(made).toMatchObject({ source: 'model', insights: { goals: [`answer number ${before}`] } });
    expect(calls()).toBe(before + 1);
    const { day } = await budget.spent(tenantId, new Date());
    expect(day.microUsd).toBeGreaterThan(0);
    // After a settlement that failed the reservation stays as it was; else what was spent is exact.
    const cost = Math.round((made.cost_usd ?? 0) * 1_000_000);
    if (where === 'keep') expect(day.microUsd).toBe(cost);
    else expect(day.microUsd).toBeGreaterThan(cost);
  },
);
