// A call without credentials is not made: its delivery waits or is tried again, and there is no attempt to show.
import { addIntegration, record, rows } from '@switchboard/ledger/spec-kit';
import { byStatus, oauth2, type Sink } from '@switchboard/sink';
import { eventually, type HttpStub, httpStub, type StubAnswer } from '@switchboard/testing';
import { freshLedger, sinkThat } from '../spec-kit.ts';

const ledger = freshLedger();
let vendor: HttpStub;
let tokens: StubAnswer;
let api: (path: string) => StubAnswer;

beforeEach(async () => {
  tokens = { body: { access_token: 'given-1', expires_in: 3600 } };
  api = () => ({});
  vendor = await httpStub(({ path }) => (path === '/token' ? tokens : api(path)));
  await addIntegration(ledger.db, 'one', { config: { url: vendor.url } });
});
afterEach(() => vendor.close());

const sink = (): Sink => ({
  ...sinkThat(async (_event, { http, config }) => {
    const first = await http.post(`${config.url}/first`);
    return first.status === 200 ? byStatus(await http.post(`${config.url}/second`)) : byStatus(first);
  }),
  auth: oauth2<Record<string, unknown>>({
    grant: 'refresh_token',
    tokenUrl: `${vendor.url}/token`,
    clientId: () => 'client',
    clientSecret: () => 'client-secret-1',
    refreshToken: ({ token }) => String(token),
  }),
});

const attempts = () =>
  ledger.db.query('select number, outcome, path, reason from delivery_attempt order by number');
const broken = (reason: RegExp) =>
  eventually(async () => {
    const states = await ledger.db.query('select status, reason from integration_state');
    expect(states).toEqual([{ status: 'broken', reason: expect.stringMatching(reason) }]);
  });
const calls = () => vendor.requests.map(({ path }) => path).filter((path) => path !== '/token');

test('refused by the token endpoint: the integration is broken, no attempt was made', async () => {
  tokens = { status: 400, body: { error: 'invalid_grant' } };
  const { take } = ledger.start([sink()]);
  await take([record('e')]);
  await broken(/answered 400 invalid_grant; connect the integration again$/);
  expect(await rows(ledger.db)).toMatchObject([{ state: 'waiting', attempts: 0, calls: 0 }]);
  expect(await attempts()).toEqual([]);
  expect(calls()).toEqual([]);
});

test('refused after a call of the same attempt: the attempt is shown with the call that was made', async () => {
  api = (path) => {
    tokens = { status: 400, body: { error: 'invalid_grant' } };
    return { status: path === '/second' ? 401 : 200 };
  };
  const { take } = ledger.start([sink()]);
  await take([record('e')]);
  await broken(/invalid_grant/);
  expect(calls()).toEqual(['/first', '/second']);
  // How the integration stands and what became of the try are written by statements of their own.
  await eventually(async () =>
    expect(await attempts()).toMatchObject([{ number: 1, outcome: 'broken', path: '/second' }]),
  );
  expect(await rows(ledger.db)).toMatchObject([{ state: 'waiting', attempts: 0, calls: 1 }]);
});

test('tokens that cannot be decrypted hold the integration; that is not a bug in the sink', async () => {
  const { take, runtime, observed } = ledger.start([sink()]);
  await take([record('good')]);
  await ledger.settled(1);
  await runtime.stop(2_000);
  await ledger.db.query(`update integration_token set sealed = 'v1.AAAAAAAA.' || split_part(sealed, '.', 3)
    || '.' || split_part(sealed, '.', 4) || '.' || split_part(sealed, '.', 5)`);
  const next = ledger.start([sink()]);
  await next.take([record('late')]);
  await broken(/^opening the secret .* add that key to ENCRYPTION_KEY/);
  expect((await rows(ledger.db)).slice(1)).toMatchObject([{ state: 'waiting', attempts: 0, calls: 0 }]);
  expect([...observed.logs, ...next.observed.logs].filter((line) => line.includes('threw'))).toEqual([]);
});
