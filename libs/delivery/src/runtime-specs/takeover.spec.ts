// Rows of a process that falls silent, and rows that two processes take in at the same moment.
import { record, rows, stepsSql } from '@switchboard/ledger/spec-kit';
import type { Database } from '@switchboard/postgres';
import { byStatus, delivered, isOutcome, type Sink } from '@switchboard/sink';
import { eventually, freezable, httpStub } from '@switchboard/testing';
import { freshLedger, sinkThat } from '../spec-kit.ts';

const ledger = freshLedger('one');
const { start, startOn, openWire, untilClaiming, allDelivered } = ledger;

test('rows of a silent process are taken over in order, and it can neither overwrite nor go on when it wakes up', async () => {
  const wire = await openWire();
  const frozen = freezable(wire.db);
  const calls: string[] = [];
  let wake = (): void => undefined;
  const asleep = new Promise<void>((resolve) => {
    wake = resolve;
  });
  const a = startOn(frozen, [
    sinkThat(async (event, ctx) => {
      calls.push(`a:${event.id}`);
      if (event.id === 'first' || event.id === 'after') return delivered();
      if (event.id === 'e0') {
        await asleep;
        return delivered('from a');
      }
      const step = await ctx.step('one', async () => {
        await asleep;
        return 1;
      });
      if (isOutcome(step)) return step;
      calls.push(`a:${event.id}:two`);
      return delivered('from a');
    }),
  ]);
  await untilClaiming(a.take);
  await a.take(Array.from({ length: 6 }, (_, i) => record(`e${i}`, { key: `k${i % 2}` })));
  await eventually(() => expect(calls).toContain('a:e1'));
  expect((await rows(ledger.db)).filter(({ claimed }) => claimed)).toHaveLength(6);
  frozen.freeze();
  start([
    sinkThat(async (event) => {
      calls.push(`b:${event.id}`);
      return delivered('from b');
    }),
  ]);
  const all = await allDelivered(7);
  expect(all.slice(1).every(({ reference, attempts }) => reference === 'from b' && attempts === 1)).toBe(
    true,
  );
  for (const key of [0, 1]) {
    const ids = calls.filter((call) => call.startsWith('b:') && Number(call.slice(3)) % 2 === key);
    expect(ids).toEqual([0, 2, 4].map((i) => `b:e${i + key}`));
  }
  frozen.thaw();
  wake();
  await eventually(() => expect(a.observed.logs.some((line) => line.startsWith('No heartbeat'))).toBe(true));
  await untilClaiming(a.take);
  await a.take([record('after')]);
  await allDelivered(8);
  expect(calls.filter((call) => call.startsWith('a:e')).sort()).toEqual(['a:e0', 'a:e1']);
  expect((await rows(ledger.db)).slice(1, 7).every(({ reference }) => reference === 'from b')).toBe(true);
});

test('a process that wakes up between two steps begins no further call: another has delivered meanwhile', async () => {
  const wire = await openWire();
  const frozen = freezable(wire.db);
  const calls: string[] = [];
  const stub = await httpStub(({ path }) => {
    calls.push(path);
    return { status: 200 };
  });
  ledger.endLater(() => stub.close());
  const twoCalls = (who: string) =>
    sinkThat(async (event, ctx) => {
      if (event.id === 'first') return delivered();
      const step = await ctx.step('one', async (http) => (await http.post(`${stub.url}/${who}/one`)).status);
      if (isOutcome(step)) return step;
      await ctx.http.post(`${stub.url}/${who}/two`);
      return delivered(`from ${who}`);
    });
  // The result of the step is stored, and the process hears of it when it wakes up.
  let sleeps = true;
  const query = ((sql, ...more) => {
    const answer = frozen.query(sql, ...more);
    if (sql === stepsSql && sleeps) frozen.freeze();
    return answer;
  }) as Database['query'];
  const a = startOn({ ...frozen, query }, [twoCalls('a')]);
  await untilClaiming(a.take);
  await a.take([record('e')]);
  await eventually(() => expect(calls).toEqual(['/a/one']));
  start([twoCalls('b')]);
  await allDelivered(2);
  sleeps = false;
  frozen.thaw();
  // It has tried to write down what became of its delivery.
  await eventually(() => expect(a.observed.logs.some((line) => line.startsWith('Some outcomes'))).toBe(true));
  expect(calls).toEqual(['/a/one', '/b/two']);
});

test.each([
  { when: 'before its call', waitsAt: 1, made: [] },
  { when: 'after an answer 401', waitsAt: 2, made: ['/a'] },
])(
  'a process that wakes up with fetched credentials, $when, begins no further call: another has delivered meanwhile',
  async ({ waitsAt, made }) => {
    const wire = await openWire();
    const frozen = freezable(wire.db);
    const calls: string[] = [];
    const stub = await httpStub(({ path }) => {
      if (path !== '/first') calls.push(path);
      return { status: path === '/a' ? 401 : 200 };
    });
    ledger.endLater(() => stub.close());
    let wake = (): void => undefined;
    const asleep = new Promise<void>((resolve) => {
      wake = resolve;
    });
    let authorized = 0;
    const authorizing = (who: string): Sink => ({
      ...sinkThat(async (event, { http }) => {
        const path = event.id === 'first' ? 'first' : who;
        return byStatus(await http.post(`${stub.url}/${path}`));
      }),
      auth: {
        async authorize(request) {
          if (!request.url.endsWith('/a')) return request;
          authorized += 1;
          if (authorized === waitsAt) {
            frozen.freeze();
            await asleep;
          }
          return request;
        },
        onUnauthorized: () => undefined,
        secrets: () => [],
      },
    });
    const a = startOn(frozen, [authorizing('a')]);
    await untilClaiming(a.take);
    await a.take([record('e')]);
    await eventually(() => expect(authorized).toBe(waitsAt));
    start([authorizing('b')]);
    await allDelivered(2);
    frozen.thaw();
    wake();
    // It has tried to write down what became of its delivery.
    await eventually(() =>
      expect(a.observed.logs.some((line) => line.startsWith('Some outcomes'))).toBe(true),
    );
    expect(calls).toEqual([...made, '/b']);
  },
);

test('later events of a key wait for one that another process took in at the same moment', async () => {
  const calls: string[] = [];
  const { take } = start([
    sinkThat(async (event) => {
      calls.push(event.id);
      return delivered();
    }),
  ]);
  await untilClaiming(take);
  const wire = await openWire();
  let taking: Promise<unknown> = Promise.resolve();
  await wire.db.transaction(async (tx) => {
    const [me] = await tx.query<{ pid: number }>('select pg_backend_pid() as pid');
    await tx.query(
      `insert into event_body (day, event_id, tenant_id, event_type, source, accepted_at, value)
       select day, 'e1', tenant_id, event_type, source, accepted_at, value from event_body where event_id = 'first'`,
    );
    await tx.query(
      `insert into delivery (day, integration_id, event_id, sink, tenant_id, event_type, ordering_key, accepted_at)
       select day, integration_id, 'e1', sink, tenant_id, event_type, 'k', accepted_at from delivery
       where event_id = 'first'`,
    );
    taking = take([record('e1', { key: 'k' }), record('e2', { key: 'k' }), record('z', { key: 'z' })]);
    // Its statement waits for ours: it began before the row was visible.
    await eventually(async () => {
      const waiting = await ledger.db.query(
        'select pid from pg_stat_activity where $1 = any(pg_blocking_pids(pid))',
        [me?.pid],
      );
      expect(waiting).not.toEqual([]);
    });
  });
  await taking;
  await allDelivered(4);
  expect(calls.filter((id) => id.startsWith('e'))).toEqual(['e1', 'e2']);
});
