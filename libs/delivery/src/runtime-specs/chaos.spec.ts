// Processes start and stop, chunks are taken in twice at the same time, calls fail: the promises of the ledger hold.
import { addIntegration, record, rows } from '@switchboard/ledger/spec-kit';
import { broken, type DeliveryOutcome, delivered, rejected, retry } from '@switchboard/sink';
import { eventually, type Suite, suite } from '@switchboard/testing';
import { quick, runtimeOf, sinkThat } from '../spec-kit.ts';

const EVENTS = 400;
const KEYS = 12;
const CHUNK = 50;

let s: Suite;

beforeAll(async () => {
  s = await suite({ topics: false });
  await addIntegration(s.database, 'one');
  await addIntegration(s.database, 'two');
});

afterAll(() => s.end());

/** The outcomes of an event's attempts, by its number. They are the same in every run, so the end is known. */
function script(n: number): DeliveryOutcome[] {
  if (n % 41 === 0) return [retry('503'), retry('503'), retry('503')];
  if (n % 37 === 0) return [rejected('no')];
  if (n % 131 === 130) return [retry('429', { after: 1 }), delivered()];
  if (n % 23 === 0) return [retry('503'), delivered()];
  return n === 150 ? [broken('401'), delivered()] : [delivered()];
}

test('every row ends as expected, in order, without an extra call', async () => {
  const calls = new Map<string, string[]>();
  const made = new Map<string, number>();
  const sink = sinkThat(async (event, ctx) => {
    const lane = `${ctx.config.url}|${event.data['conversation_id']}`;
    calls.set(lane, [...(calls.get(lane) ?? []), event.id]);
    const delivery = `${ctx.config.url}|${event.id}`;
    const turn = made.get(delivery) ?? 0;
    made.set(delivery, turn + 1);
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 8));
    return script(Number(event.id.slice(1)))[turn] ?? rejected('one call too many');
  });
  await addIntegration(s.database, 'two', { config: { url: 'http://two/' } });
  const start = () => runtimeOf(s.database, [sink], { ...quick, holdSeconds: 0.3, silenceSeconds: 30 });
  let running = [start(), start()];
  const everyone = [...running];
  const records = Array.from({ length: EVENTS }, (_, i) => record(`e${i}`, { key: `k${i % KEYS}` }));
  for (let i = 0; i < EVENTS; i += CHUNK) {
    const chunk = records.slice(i, i + CHUNK);
    await Promise.all(running.map(({ take }) => take(chunk)));
    if (i % 100 === 50) {
      const [oldest, ...rest] = running;
      running = [...rest, start()];
      everyone.push(...running.slice(-1));
      await oldest?.runtime.stop(5_000);
    }
  }
  const all = await eventually(
    async () => {
      const found = await rows(s.database);
      expect(found.filter(({ state }) => state === 'waiting')).toEqual([]);
      return found;
    },
    { deadlineMs: 60_000 },
  );
  await Promise.all(running.map(({ runtime }) => runtime.stop(5_000)));
  expect(all).toHaveLength(EVENTS * 2);
  // No process recorded a row that belonged to another one: no row had two owners.
  const logs = everyone.flatMap(({ observed }) => observed.logs);
  expect(logs.some((line) => line.startsWith('A delivery is dead'))).toBe(true);
  expect(logs.filter((line) => line.startsWith('Some outcomes'))).toEqual([]);
  for (const { event, integration, state, attempts, calls: count } of all) {
    const plan = script(Number(event.slice(1)));
    const counted = plan.filter(
      ({ kind }, i) =>
        kind !== 'broken' && !(kind === 'retry' && plan[i + 1] && 'afterSeconds' in (plan[i] ?? {})),
    );
    expect({ event, integration, state, attempts, count }).toEqual({
      event,
      integration,
      state: plan.at(-1)?.kind === 'delivered' ? 'delivered' : 'dead',
      attempts: counted.length,
      count: plan.length,
    });
  }
  expect(calls.size).toBe(KEYS * 2);
  for (const [lane, ids] of calls) {
    const numbers = ids.map((id) => Number(id.slice(1)));
    expect({ lane, numbers }).toEqual({ lane, numbers: [...numbers].sort((a, b) => a - b) });
  }
  expect(await s.database.query('select * from sink_instance')).toEqual([]);
  expect(await s.database.query('select * from sink_slot where owner is not null')).toEqual([]);
});
