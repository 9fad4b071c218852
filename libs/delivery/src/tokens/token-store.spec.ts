// Tokens in the table: the latest of the present grant, and those of earlier grants as long as a delivery may use them.
import { inspect } from 'node:util';
import { box, freshTables } from '@switchboard/ledger/spec-kit';
import { integrationTokenPlace, SecretBox } from '@switchboard/postgres';
import { postgresTokens, type StoredTokens, type TokenStore } from './token-store.ts';

const ledger = freshTables('one', 'two');

const grants = async () =>
  (
    await ledger.db.query<{ name: string }>(
      `select integration_id || ' ' || grant_id as name from integration_token order by 1`,
    )
  ).map(({ name }) => name);
const age = (grant: string) =>
  ledger.db.query(
    `update integration_token set updated_at = updated_at - interval '61 minutes' where grant_id = $1`,
    [grant],
  );

/** As a process does that renews them. */
async function put(store: TokenStore, id: string, grant: string, tokens: StoredTokens) {
  const at = await store.lock(id, grant);
  if (at === undefined) throw new Error('another process renews them');
  expect(await store.store(id, grant, tokens, at)).toBe(true);
}

test('one process at a time has the lock; it ends with `store`, and by itself', async () => {
  const [a, b] = [postgresTokens(ledger.db, box), postgresTokens(ledger.db, box)] as const;
  const first = await a.lock('one', 'g');
  expect(first).toBeDefined();
  expect(await b.lock('one', 'g')).toBeUndefined();
  expect(await b.lock('two', 'g')).toBeDefined();
  expect(await a.store('one', 'g', { accessToken: 'a-1' }, first ?? '')).toBe(true);
  expect(await b.lock('one', 'g')).toBeDefined();
  await b.unlock('one', 'g');
  const slow = await a.lock('one', 'g');
  await ledger.db.query(`update token_refresh set until = until - interval '31 seconds'`);
  await put(b, 'one', 'g', { accessToken: 'a-2' });
  // The first one wakes up with what it got before.
  expect(await a.store('one', 'g', { accessToken: 'a-old' }, slow ?? '')).toBe(false);
  expect(await b.load('one', 'g')).toEqual({ accessToken: 'a-2' });
});

test('the tokens of a slow process are stored, unless newer ones were', async () => {
  const [a, b] = [postgresTokens(ledger.db, box), postgresTokens(ledger.db, box)] as const;
  const slow = await a.lock('one', 'g');
  await ledger.db.query(`update token_refresh set until = until - interval '31 seconds'`);
  expect(await b.lock('one', 'g')).toBeDefined();
  expect(await a.store('one', 'g', { accessToken: 'a-1', refreshToken: 'r-1' }, slow ?? '')).toBe(true);
  expect(await b.load('one', 'g')).toEqual({ accessToken: 'a-1', refreshToken: 'r-1' });
});

test('a replaced grant is deleted once no delivery can use it any more', async () => {
  const store = postgresTokens(ledger.db, box);
  await put(store, 'one', 'old', { accessToken: 'a-1' });
  await put(store, 'two', 'old', { accessToken: 'a-2' });
  await put(store, 'one', 'new', { accessToken: 'a-3' });
  // Deliveries with the settings before may still be under way.
  expect(await grants()).toEqual(['one new', 'one old', 'two old']);
  await age('old');
  await put(store, 'one', 'new', { accessToken: 'a-4' });
  expect(await grants()).toEqual(['one new', 'two old']);
  expect(await store.load('one', 'new')).toEqual({ accessToken: 'a-4' });
  expect(await store.load('one', 'old')).toBeUndefined();
});

test('tokens that in-flight deliveries renew with the old settings do not delete the new ones', async () => {
  const store = postgresTokens(ledger.db, box);
  await put(store, 'one', 'old', { accessToken: 'a-1' });
  await age('old');
  await put(store, 'one', 'new', { accessToken: 'a-2', refreshToken: 'r-2' });
  await put(store, 'one', 'old', { accessToken: 'a-3' });
  expect(await store.load('one', 'new')).toEqual({ accessToken: 'a-2', refreshToken: 'r-2' });
});

test('tokens that cannot be decrypted are an AuthError that does not contain them', async () => {
  await put(postgresTokens(ledger.db, new SecretBox([Buffer.alloc(32, 9)])), 'one', 'g', {
    accessToken: 'a-1',
  });
  const loading = postgresTokens(ledger.db, box).load('one', 'g');
  await expect(loading).rejects.toMatchObject({
    name: 'AuthError',
    code: 'UNUSABLE',
    message: expect.stringMatching(/^opening the secret .* add that key to ENCRYPTION_KEY/),
  });
});

test.each(['{"access_token":"a-s3cret"}', '{"accessToken":7,"refreshToken":"r-s3cret"}', 'a-s3cret'])(
  'stored tokens that this release cannot read are an AuthError that does not contain them: %s',
  async (stored) => {
    const store = postgresTokens(ledger.db, box);
    await put(store, 'one', 'g', { accessToken: 'a-1' });
    const [row] = await ledger.db.query<{ tenant: string }>(
      `select tenant_id as tenant from integrations where id = 'one'`,
    );
    const sealed = box.seal(stored, integrationTokenPlace(row?.tenant ?? '', 'one'));
    await ledger.db.query('update integration_token set sealed = $1', [sealed]);
    const error: unknown = await store.load('one', 'g').catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      name: 'AuthError',
      code: 'UNUSABLE',
      message: expect.stringMatching(/connect the integration again/),
    });
    expect(inspect(error)).not.toContain('s3cret');
  },
);
