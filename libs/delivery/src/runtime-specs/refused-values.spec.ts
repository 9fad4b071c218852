// A value that Postgres refuses is the fault of its delivery: it is logged, and nothing else stops.
import { record, rows } from '@switchboard/ledger/spec-kit';
import { type DeliveryOutcome, delivered, isOutcome } from '@switchboard/sink';
import { eventually } from '@switchboard/testing';
import { freshLedger, sinkThat } from '../spec-kit.ts';

const ledger = freshLedger('one');
const { start, untilClaiming, settled } = ledger;

const chunk = (ids: readonly string[]) => ids.map((id) => record(id, { key: id }));

test.each([
  ['a NUL in a key', { 'a\0b': { deep: [{ '\0': 'x\0y' }] } }, { ab: { deep: [{ '': 'xy' }] } }],
  ['half of a surrogate pair in a key', { 'a\ud800': 1 }, { 'a\ufffd': 1 }],
  [
    'a key that names the prototype',
    JSON.parse('{"__proto__":{"a\\u0000":1}}'),
    JSON.parse('{"__proto__":{"a":1}}'),
  ],
])(
  'the result of a step with %s is stored, and the sink goes on with the stored value',
  async (_, result, kept) => {
    const got: unknown[] = [];
    const { take } = start([
      sinkThat(async (_event, ctx) => {
        const step = await ctx.step('a\0 step', async () => result as unknown);
        got.push(step);
        return delivered();
      }),
    ]);
    await take([record('e')]);
    await settled(1);
    const [row] = await ledger.db.query(`select steps->'a step' as kept from delivery`);
    expect(row).toEqual({ kept });
    expect(got).toEqual([kept]);
  },
);

test('a delivery whose step result Postgres refuses is dead; other results in the statement are stored', async () => {
  await ledger.db.query(`
    create function refuse() returns trigger language plpgsql as $$
    begin
      if new.steps @? '$.make ? (@ == "poison")' then raise exception 'no' using errcode = '22P05'; end if;
      return new;
    end $$;
    create trigger refuse before update on delivery for each row execute function refuse()`);
  let calls = 0;
  const ids = Array.from({ length: 9 }, (_, i) => `e${i}`);
  let go = (): void => undefined;
  const together = new Promise<void>((resolve) => {
    go = resolve;
  });
  const { take } = start([
    sinkThat(async (event, ctx) => {
      if (event.id === 'first') return delivered();
      calls += 1;
      if (calls === ids.length) go();
      await together;
      const step = await ctx.step('make', async () => (event.id === 'e4' ? 'poison' : 'fine'));
      return isOutcome(step) ? step : delivered(String(step));
    }),
  ]);
  await untilClaiming(take);
  await take(chunk(ids));
  const all = (await settled(10)).slice(1);
  const ends = all.map(({ event, state, reference, attempts }) => [event, state, reference, attempts]);
  expect(ends).toEqual(ids.map((id) => (id === 'e4' ? [id, 'dead', null, 1] : [id, 'delivered', 'fine', 1])));
  expect(all[4]?.reason).toContain('22P05');
  expect(calls).toBe(ids.length);
});

test('an outcome with a refused value is recorded without its details; others are recorded in full', async () => {
  const ids = Array.from({ length: 9 }, (_, i) => `e${i}`);
  const impossible: Record<string, DeliveryOutcome> = {
    // Not an HTTP status, and too large for an int.
    e3: { ...delivered('ref'), status: 3_000_000_000 },
    e5: delivered(7 as unknown as string),
  };
  const { take } = start([sinkThat(async ({ id }) => impossible[id] ?? delivered('ref'))]);
  await untilClaiming(take);
  await take(chunk(ids));
  const all = (await settled(10)).slice(1);
  expect(all.map(({ state }) => state)).toEqual(ids.map(() => 'delivered'));
  expect(all.map(({ reference }) => reference === 'ref')).toEqual(ids.map((id) => !(id in impossible)));
  expect(all[3]?.reason).toContain('22003');
});

test('a link that Postgres refuses is the fault of its delivery; others are not affected', async () => {
  // Too long for an index.
  const kind = Array.from({ length: 20_000 }, () => Math.random().toString(36).slice(2, 4)).join('');
  const { take } = start([
    sinkThat(async ({ id }, ctx) => {
      const link = ctx.link(id === 'poison' ? kind : 'ticket');
      if (id === 'nul') await ctx.link('a\0kind').keep('a\0b\ud800');
      await link.keep(`${id}-1`);
      return delivered(await link.get());
    }),
  ]);
  await take(chunk(['poison', 'fine', 'nul']));
  const ends = (await settled(3)).map(({ event, state, reference }) => [event, state, reference]);
  expect(ends.sort()).toEqual([
    ['fine', 'delivered', 'fine-1'],
    ['nul', 'delivered', 'nul-1'],
    ['poison', 'dead', null],
  ]);
});

test('a statement that Postgres refuses for another reason is repeated', async () => {
  const { take, observed } = start([
    sinkThat(async ({ id }, ctx) => {
      if (id === 'first') return delivered();
      await ctx.link('ticket').keep(id);
      return delivered();
    }),
  ]);
  await untilClaiming(take);
  await ledger.db.query('alter table integration_link rename to integration_link_away');
  await take([record('e')]);
  await eventually(() => expect(observed.logs.join('\n')).toContain('Postgres refuses a write; retrying.'));
  expect((await rows(ledger.db)).at(-1)?.state).toBe('waiting');
  await ledger.db.query('alter table integration_link_away rename to integration_link');
  await settled(2);
});
