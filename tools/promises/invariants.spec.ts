// Each broken promise is seen in a history that breaks it, and what is allowed is not.
import type { Call, History } from './history.ts';
import { describe as tell, violationsOf } from './invariants.ts';

const call = (event: number, begun: number, more: Partial<Call> = {}): Call => ({
  life: 0,
  integration: 'i',
  event,
  step: 'only',
  idempotencyKey: `key-${event}`,
  begun,
  ended: begun + 1,
  result: 'taken',
  ...more,
});

const history = (calls: readonly Call[], more: Partial<History> = {}): History => ({
  events: [0, 1].map((number) => ({ id: `e${number}`, partition: 0, orderingKey: 'k' })),
  integrations: ['i'],
  calls,
  lives: [{ losses: [] }, { losses: [] }],
  rows: [0, 1].map((number) => ({ event: `e${number}`, integration: 'i', state: 'delivered' })),
  faults: [],
  ...more,
});

const kinds = (seen: History) => violationsOf(seen).map(({ promise }) => promise);

test('two deliveries one after the other break nothing', () => {
  expect(violationsOf(history([call(0, 1), call(1, 3)]))).toEqual([]);
});

test.each([
  ['no row', []],
  ['two rows', ['delivered', 'delivered']],
  ['a row that waits', ['waiting']],
  ['a row that says something else than the vendor', ['dead']],
])('%s of an event is seen', (_, states) => {
  const rows = states.map((state) => ({ event: 'e0', integration: 'i', state }));
  const other = { event: 'e1', integration: 'i', state: 'delivered' };
  expect(kinds(history([call(0, 1), call(1, 3)], { rows: [...rows, other] }))).toEqual(['rows']);
});

test('a call that was answered is repeated after a loss of its process alone', () => {
  const calls = [call(0, 1), call(0, 3, { life: 1 }), call(1, 5, { life: 1 })];
  expect(kinds(history(calls))).toEqual(expect.arrayContaining(['repeat']));
  expect(violationsOf(history(calls, { lives: [{ losses: [2] }, { losses: [] }] }))).toEqual([]);
});

test('a call without an answer may be repeated, under the same key', () => {
  const unclear = call(0, 1, { result: 'unclear' });
  expect(violationsOf(history([unclear, call(0, 3), call(1, 5)]))).toEqual([]);
  const other = call(0, 3, { idempotencyKey: 'another' });
  expect(kinds(history([unclear, other, call(1, 5)]))).toEqual(['repeat']);
});

test('a process leaves no more than 512 answered calls to be repeated', () => {
  const numbers = Array.from({ length: 513 }, (_, number) => number);
  const seen = history(
    numbers.flatMap((number) => [
      call(number, 2 * number + 1),
      call(number, 10_000 + 2 * number, { life: 1 }),
    ]),
    {
      events: numbers.map((number) => ({ id: `e${number}`, partition: 0, orderingKey: `k${number}` })),
      rows: numbers.map((number) => ({ event: `e${number}`, integration: 'i', state: 'delivered' })),
      lives: [{ losses: [5_000] }, { losses: [] }],
    },
  );
  expect(tell(violationsOf(seen))).toBe('repeat: process 0 left 513 answered calls to be repeated');
});

test.each([
  ['before its first call', [call(1, 1), call(0, 3)]],
  ['during its call', [call(0, 1, { ended: 5 }), call(1, 3)]],
  ['while it waits to be tried again', [call(0, 1, { result: 'failed' }), call(1, 3), call(0, 5)]],
  ['between its steps', [call(0, 1, { step: 'one' }), call(1, 3), call(0, 5, { step: 'two' })]],
])('a delivery that overtakes another of its key %s is seen', (_, calls) => {
  expect(kinds(history(calls))).toContain('order');
});

test('a delivery of another key, or behind one that is dead, overtakes nobody', () => {
  const events = [0, 1].map((number) => ({ id: `e${number}`, partition: 0, orderingKey: `k${number}` }));
  expect(violationsOf(history([call(1, 1), call(0, 3)], { events }))).toEqual([]);
  const rows = ['dead', 'delivered'].map((state, number) => ({
    event: `e${number}`,
    integration: 'i',
    state,
  }));
  expect(violationsOf(history([call(0, 1, { result: 'rejected' }), call(1, 3)], { rows }))).toEqual([]);
});

test('waiting that does not end is told', () => {
  expect(kinds(history([call(0, 1), call(1, 3)], { faults: ['2 deliveries wait'] }))).toEqual(['progress']);
});
