// `Retry-After` holds all deliveries of an integration, and they do not all start at once afterwards.
import { conversationEscalated, type EventDefinition, leadQualified } from '@switchboard/contracts';
import { addIntegration, fast, record, rows } from '@switchboard/ledger/spec-kit';
import { delivered, retry, skipped } from '@switchboard/sink';
import { eventually } from '@switchboard/testing';
import { freshLedger, quick, sinkThat } from '../spec-kit.ts';

const ledger = freshLedger();
const { start, settled } = ledger;

test('a requested pause is kept and uses up no attempt', async () => {
  await addIntegration(ledger.db, 'one');
  const at: number[] = [];
  const { take } = start([
    sinkThat(async () => {
      at.push(performance.now());
      return at.length < 3 ? retry('429', { after: 1 }) : delivered();
    }),
  ]);
  await take([record('e')]);
  expect(await settled(1)).toMatchObject([{ state: 'delivered', attempts: 1, calls: 3 }]);
  // Several clocks are involved: each rounds, and one may be adjusted a little meanwhile.
  for (let i = 1; i < at.length; i += 1) expect((at[i] ?? 0) - (at[i - 1] ?? 0)).toBeGreaterThanOrEqual(990);
});

test('after a pause one delivery goes first, and the others when it was not asked to wait again', async () => {
  await addIntegration(ledger.db, 'one');
  const calls: { id: string; at: number }[] = [];
  let limited = true;
  const { take } = start([
    sinkThat(async (event) => {
      calls.push({ id: event.id, at: performance.now() });
      return limited ? retry('429', { after: 1 }) : delivered();
    }),
  ]);
  const ids = Array.from({ length: 30 }, (_, n) => `e${n}`);
  await take(ids.map((id) => record(id, { key: id })));
  // Calls that went out together were asked to wait together.
  const later = () => calls.filter(({ at }) => at > (calls[0]?.at ?? 0) + 800);
  await eventually(() => expect(later().length).toBeGreaterThanOrEqual(3), { deadlineMs: 15_000 });
  limited = false;
  const alone = later();
  for (let n = 1; n < alone.length; n += 1)
    expect((alone[n]?.at ?? 0) - (alone[n - 1]?.at ?? 0)).toBeGreaterThan(800);
  const all = await settled(30);
  expect(all.filter(({ state, attempts }) => state !== 'delivered' || attempts !== 1)).toEqual([]);
});

test('a call that hangs since before the pause does not hold back others after it', async () => {
  await addIntegration(ledger.db, 'one');
  let release = (): void => undefined;
  const hanging = new Promise<void>((resolve) => {
    release = resolve;
  });
  ledger.endLater(async () => release());
  const calls: string[] = [];
  const { take } = start([
    sinkThat(async ({ id }) => {
      calls.push(id);
      if (id === 'hangs') await hanging;
      return id === 'asks' && calls.length === 2 ? retry('429', { after: 1 }) : delivered();
    }),
  ]);
  await take([record('hangs', { key: 'a' })]);
  await eventually(() => expect(calls).toEqual(['hangs']));
  await take([record('asks', { key: 'b' })]);
  await eventually(() => expect(calls).toHaveLength(2));
  await take([record('c', { key: 'c' })]);
  const states = async () => (await rows(ledger.db)).map(({ event, state }) => `${event} ${state}`).sort();
  await eventually(async () =>
    expect(await states()).toEqual(['asks delivered', 'c delivered', 'hangs waiting']),
  );
  release();
  await settled(3);
});

test('a single delivery that is always asked to wait, however urgent and old, does not hold back the others', async () => {
  const limits = { types: { '*': { priority: 0 }, 'lead.qualified': { priority: 9 } } };
  await addIntegration(ledger.db, 'one', { delivery: { ...fast, limits } });
  let limited = true;
  const sink = sinkThat(
    async ({ type }) => (limited && type === leadQualified.type ? retry('429', { after: 1 }) : delivered()),
    'probe',
    [conversationEscalated, leadQualified] as unknown as EventDefinition[],
  );
  // The due loop runs so seldom that all rows are due when it does.
  const { take } = start([sink], { ...quick, dueMs: 300 });
  await take([record('lead', { type: leadQualified.type, data: leadQualified.example, key: 'a' })]);
  await eventually(async () => expect(await rows(ledger.db)).toMatchObject([{ calls: 1 }]));
  await take(['b', 'c', 'd'].map((id) => record(id)));
  await eventually(async () => {
    const found = await rows(ledger.db);
    expect(found.map(({ state }) => state).sort()).toEqual([...Array(3).fill('delivered'), 'waiting']);
  });
  limited = false;
  await settled(4);
});

test('a skipped delivery ends the pause for the others too', async () => {
  await addIntegration(ledger.db, 'one');
  let calls = 0;
  let underWay = 0;
  let most = 0;
  const { take } = start([
    sinkThat(async () => {
      calls += 1;
      if (calls === 1) return retry('429', { after: 1 });
      underWay += 1;
      most = Math.max(most, underWay);
      await new Promise((resolve) => setTimeout(resolve, 50));
      underWay -= 1;
      return skipped('known already');
    }),
  ]);
  await take([record('asks')]);
  await eventually(async () => expect(await rows(ledger.db)).toMatchObject([{ calls: 1 }]));
  await take(Array.from({ length: 20 }, (_, n) => record(`e${n}`, { key: `e${n}` })));
  await settled(21);
  expect(most).toBeGreaterThan(4);
});
