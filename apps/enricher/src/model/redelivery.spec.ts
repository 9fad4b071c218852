// Redelivered events: they call neither the platform nor the model again, and an answer that was paid for is not lost when
// Postgres goes away.
import { InfrastructureError } from '@switchboard/contracts';
import { AnswerStore } from './answer-store.ts';
import { Budget } from './budget.ts';
import { testModelGateway } from './test-model-gateway.ts';
import { goodAnswer } from './test-model-server.ts';
import { NO_SETTINGS, platformWith, testEvent, testStep } from './test-step.ts';

const kit = testStep();
const calls = () => kit.server.requests.length;

test('a redelivered event causes no call to the platform', async () => {
  const one = testEvent();
  const fetched: string[] = [];
  const fetching = platformWith({ id: 'conv_1' }, [{ text: 'hello', customer: true }], fetched);
  const first = await kit.enriched(one, NO_SETTINGS, fetching);
  expect(fetched).toEqual(['details', 'messages']);
  kit.begin();
  expect(await kit.enriched(one, NO_SETTINGS, fetching)).toEqual(first);
  expect(fetched).toEqual(['details', 'messages']);
});

test.each(['save', 'settle'] as const)(
  'Postgres goes away between the answer and "%s": the answer is paid for once, and its cost is counted',
  async (where) => {
    let away = true;
    const cut = <Args extends unknown[], Result>(call: (...args: Args) => Promise<Result>) => {
      return async (...args: Args): Promise<Result> => {
        if (away) throw new InfrastructureError('POSTGRES_UNAVAILABLE', 'writing: the connection was cut');
        return call(...args);
      };
    };
    const { database } = kit.corner;
    const answers = new AnswerStore(database, { keepDays: 8 });
    const budget = new Budget(database);
    const tenantId = `cut-${where}`;
    const { gateway } = testModelGateway(
      { http: kit.http, database, url: kit.server.url },
      where === 'settle'
        ? { budget: { reserve: budget.reserve.bind(budget), settle: cut(budget.settle.bind(budget)) } }
        : {},
    );
    const step = kit.begin({
      gateway,
      ...(where === 'save' && {
        answers: { find: answers.find.bind(answers), save: cut(answers.save.bind(answers)) },
      }),
    });
    const one = testEvent({ tenantId });
    const before = calls();
    kit.server.behave((_request, index) => ({
      content: JSON.stringify({ ...goodAnswer, goals: [`answer number ${index}`] }),
    }));
    await expect(step.enrichment(one, NO_SETTINGS, 'k', undefined)).rejects.toThrow(InfrastructureError);
    away = false;
    const made = await kit.enriched(one);
    expect(made).toMatchObject({ source: 'model', insights: { goals: [`answer number ${before}`] } });
    expect(calls()).toBe(before + 1);
    const { day } = await budget.spent(tenantId, new Date());
    expect(day.microUsd).toBeGreaterThan(0);
    // After a failed settlement the whole reservation stays spent; otherwise the cost is exact.
    const cost = Math.round((made.cost_usd ?? 0) * 1_000_000);
    if (where === 'save') expect(day.microUsd).toBe(cost);
    else expect(day.microUsd).toBeGreaterThan(cost);
  },
);
