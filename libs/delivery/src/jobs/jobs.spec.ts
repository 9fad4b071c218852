// Which process claims a job, how many run at once, and what becomes of a job that nobody claims.
import { readJob, requestJob } from '@switchboard/ledger';
import { addIntegration, box, record, TENANT } from '@switchboard/ledger/spec-kit';
import { byStatus, delivered, oauth2, type Sink } from '@switchboard/sink';
import { eventually, httpStub } from '@switchboard/testing';
import { freshLedger, sinkThat } from '../spec-kit.ts';
import { jobsOn } from './test-jobs.ts';

const ledger = freshLedger('one');

const { startJobs, ask, stateOf, resultOf, logged } = jobsOn(ledger);

test('four jobs run at once, the oldest first, each once', async () => {
  const begun: string[] = [];
  const ends: (() => void)[] = [];
  const jobs = startJobs(async ({ id }) => {
    begun.push(id);
    await new Promise<void>((resolve) => ends.push(resolve));
    return { unsupported: true };
  });
  const ids: string[] = [];
  for (let n = 0; n < 6; n += 1) ids.push(await ask());
  await jobs.turn();
  await jobs.turn();
  expect(new Set(begun)).toEqual(new Set(ids.slice(0, 4)));
  expect(await stateOf(ids[4] ?? '')).toBe('waiting');
  for (const end of ends.splice(0)) end();
  for (const id of ids.slice(0, 4)) expect(await resultOf(id)).toEqual({ unsupported: true });
  await jobs.turn();
  expect(begun).toHaveLength(6);
  expect(new Set(begun).size).toBe(6);
  for (const end of ends.splice(0)) end();
});

test('two processes never claim the same job', async () => {
  const begun: string[] = [];
  const processes = Array.from({ length: 4 }, () =>
    startJobs(async ({ id }) => {
      begun.push(id);
      return { unsupported: true };
    }),
  );
  const ids = await Promise.all(Array.from({ length: 12 }, ask));
  await Promise.all(processes.map((jobs) => jobs.turn()));
  await eventually(async () => {
    await Promise.all(processes.map((jobs) => jobs.turn()));
    for (const id of ids) expect(await stateOf(id)).toBe('done');
  });
  expect(begun.sort()).toEqual(ids.sort());
});

test('a job of an unknown kind waits for a process that knows it', async () => {
  const begun: string[] = [];
  const jobs = startJobs(async ({ kind }) => {
    begun.push(kind);
    return { unsupported: true };
  });
  const [later] = await ledger.db.query<{ id: string }>(
    `insert into sink_job (id, tenant_id, sink, kind, integration_id, state)
     select gen_random_uuid(), tenant_id, sink, 'made_later', id, 'pending' from integrations where id = 'one' returning id`,
  );
  const prepare = await requestJob(ledger.db, { tenantId: TENANT, integrationId: 'one', kind: 'prepare' });
  const check = await ask();
  await jobs.turn();
  for (const id of [prepare ?? '', check]) expect(await resultOf(id)).toEqual({ unsupported: true });
  await jobs.turn();
  expect(begun.sort()).toEqual(['check', 'prepare']);
  expect(await stateOf(later?.id ?? '')).toBe('waiting');
});

test('a kind that the previous release cannot run is stored in a state that it does not claim', async () => {
  const stored = async (kind: 'check' | 'prepare') => {
    const id = await requestJob(ledger.db, { tenantId: TENANT, integrationId: 'one', kind });
    expect(await stateOf(id ?? '')).toBe('waiting');
    return ledger.db.query('select state from sink_job where id = $1', [id]);
  };
  expect(await stored('check')).toEqual([{ state: 'waiting' }]);
  expect(await stored('prepare')).toEqual([{ state: 'pending' }]);
});

test('an internal error is reported without its message, and logged', async () => {
  const jobs = startJobs(async () => {
    throw new TypeError('with a secret');
  });
  const id = await ask();
  await jobs.turn();
  expect(await resultOf(id)).toEqual({
    error: { code: 'FAILED', message: 'running a job: an internal error, see the log; ask again' },
  });
  expect(logged.join()).toContain(id);
});

test('a result with values that jsonb refuses is stored all the same', async () => {
  const jobs = startJobs(async () => ({
    error: { code: 'FAILED', message: 'NUL \0, half a pair \ud83d, \\u0000' },
  }));
  const id = await ask();
  await jobs.turn();
  expect(await resultOf(id)).toEqual({
    error: { code: 'FAILED', message: 'NUL , half a pair \ufffd, \\u0000' },
  });
});

test('an old request is not started; it counts as lost and is deleted', async () => {
  const begun: string[] = [];
  const jobs = startJobs(async ({ id }) => {
    begun.push(id);
    return { unsupported: true };
  });
  const [old, taken, fresh] = [await ask(), await ask(), await ask()];
  const age = (id: string, seconds: number) =>
    ledger.db.query(
      `update sink_job set asked_at = asked_at - $2 * interval '1 second', taken_at = taken_at - $2 * interval '1 second'
       where id = $1`,
      [id, seconds],
    );
  await ledger.db.query(`update sink_job set state = 'taken', taken_at = now() where id = $1`, [taken]);
  await age(old, 61);
  await age(taken, 61);
  await jobs.turn();
  expect(await resultOf(fresh)).toEqual({ unsupported: true });
  expect(begun).toEqual([fresh]);
  expect([await stateOf(old), await stateOf(taken)]).toEqual(['lost', 'lost']);
  await jobs.clean();
  expect(await stateOf(old)).toBe('lost');
  await age(old, 900);
  await age(fresh, 901);
  await jobs.clean();
  expect([await stateOf(old), await stateOf(fresh), await stateOf(taken)]).toEqual([
    undefined,
    undefined,
    'lost',
  ]);
});

describe('in the runtime', () => {
  test('a job of an integration runs in the process that owns the integration', async () => {
    const ranBy: string[] = [];
    const checked = (name: string): Sink => ({
      ...sinkThat(async () => delivered()),
      async check() {
        ranBy.push(name);
        return delivered();
      },
    });
    const { take } = ledger.start([checked('owner')]);
    await ledger.untilClaiming(take);
    const second = ledger.start([checked('second')]);
    await eventually(async () => {
      expect(await ledger.db.query('select 1 from sink_instance')).toHaveLength(2);
    });
    for (let n = 0; n < 10; n += 1) await resultOf(await ask());
    expect(ranBy).toEqual(Array(10).fill('owner'));
    // Settings that are not saved belong to nobody.
    for (let n = 0; n < 40 && new Set(ranBy).size < 2; n += 1) {
      const settings = { config: { url: 'http://x/' }, secrets: { token: 't0ken' } };
      const id = await requestJob(ledger.db, {
        tenantId: TENANT,
        sink: 'probe',
        kind: 'check',
        box,
        settings,
      });
      expect(await resultOf(id ?? '')).toMatchObject({ outcome: { kind: 'delivered' } });
    }
    expect(new Set(ranBy)).toEqual(new Set(['owner', 'second']));
    expect(second.observed.logs.filter((line) => line.includes('job'))).toEqual([]);
  });

  test('jobs that hang do not affect deliveries', async () => {
    let hanging = 0;
    const sink: Sink = {
      ...sinkThat(async () => delivered()),
      async check() {
        hanging += 1;
        return new Promise(() => undefined);
      },
    };
    const { take, runtime } = ledger.start([sink]);
    await ledger.untilClaiming(take);
    const ids = await Promise.all(Array.from({ length: 6 }, ask));
    await eventually(() => expect(hanging).toBe(4));
    await take(Array.from({ length: 200 }, (_, n) => record(`e${n}`, { key: `k${n % 20}` })));
    await ledger.allDelivered(201);
    await runtime.stop(2_000);
    const results = await Promise.all(ids.map((id) => readJob(ledger.db, TENANT, id)));
    expect(results.filter((job) => job?.state === 'waiting')).toHaveLength(2);
    expect(results.filter((job) => JSON.stringify(job).includes('STOPPED'))).toHaveLength(4);
  });

  test('a refresh token is not used for unsaved settings', async () => {
    const vendor = await httpStub(() => ({ body: { access_token: 'given-1', expires_in: 3600 } }));
    ledger.endLater(vendor.close);
    const sinkOf = (grant: 'refresh_token' | 'client_credentials'): Sink => ({
      ...sinkThat(async (_event, ctx) => byStatus(await ctx.http.post(`${vendor.url}/in`, { json: {} }))),
      auth: oauth2<Record<string, unknown>>({
        tokenUrl: `${vendor.url}/token`,
        clientId: () => 'client',
        clientSecret: ({ token }) => String(token),
        ...(grant === 'refresh_token' ? { grant, refreshToken: ({ token }) => String(token) } : { grant }),
      }),
    });
    const settings = { config: { url: 'http://x/' }, secrets: { token: 'refresh-me-once' } };
    const unsaved = { tenantId: TENANT, sink: 'probe', box, settings } as const;
    const first = ledger.start([sinkOf('refresh_token')]);
    const kept = await requestJob(ledger.db, { ...unsaved, kind: 'test' });
    expect(await resultOf(kept ?? '')).toMatchObject({
      outcome: { kind: 'broken', reason: expect.stringContaining('save the integration') },
    });
    const dry = await requestJob(ledger.db, { ...unsaved, kind: 'dry_run' });
    expect(await resultOf(dry ?? '')).toMatchObject({
      outcome: { kind: 'delivered' },
      requests: [{ path: '/in', headers: { authorization: 'Bearer dry-run' } }],
    });
    expect(vendor.requests).toEqual([]);
    await first.runtime.stop(2_000);
    ledger.start([sinkOf('client_credentials')]);
    const id = await requestJob(ledger.db, { ...unsaved, kind: 'test' });
    expect(await resultOf(id ?? '')).toMatchObject({ outcome: { kind: 'delivered' } });
    expect(vendor.requests.map(({ path }) => path)).toEqual(['/token', '/in']);
  });
});

test('a job of a deleted integration says so', async () => {
  await addIntegration(ledger.db, 'gone');
  const id = await requestJob(ledger.db, { tenantId: TENANT, integrationId: 'gone', kind: 'check' });
  await ledger.db.query(`delete from integrations where id = 'gone'`);
  ledger.start([sinkThat(async () => delivered())]);
  expect(await resultOf(id ?? '')).toMatchObject({ error: { code: 'INTEGRATION_UNKNOWN' } });
});
