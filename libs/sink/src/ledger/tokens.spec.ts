// Tokens in the table: the last ones of a grant, those of grants before no longer than they may be asked for.
import { SecretBox } from '@switchboard/postgres';
import { box, freshLedger } from '../spec-kit.ts';
import { postgresTokens } from './tokens.ts';

const ledger = freshLedger('one', 'two');

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

test('a grant that another one has replaced is forgotten, once no delivery can ask for it any more', async () => {
  const store = postgresTokens(ledger.db, box);
  await store.store('one', 'old', { accessToken: 'a-1' });
  await store.store('two', 'old', { accessToken: 'a-2' });
  await store.store('one', 'new', { accessToken: 'a-3' });
  // Deliveries with the settings before may still be under way.
  expect(await grants()).toEqual(['one new', 'one old', 'two old']);
  await age('old');
  await store.store('one', 'new', { accessToken: 'a-4' });
  expect(await grants()).toEqual(['one new', 'two old']);
  expect(await store.load('one', 'new')).toEqual({ accessToken: 'a-4' });
  expect(await store.load('one', 'old')).toBeUndefined();
});

test('what deliveries under way renew with the settings before takes nothing away', async () => {
  const store = postgresTokens(ledger.db, box);
  await store.store('one', 'old', { accessToken: 'a-1' });
  await age('old');
  await store.store('one', 'new', { accessToken: 'a-2', refreshToken: 'r-2' });
  await store.store('one', 'old', { accessToken: 'a-3' });
  expect(await store.load('one', 'new')).toEqual({ accessToken: 'a-2', refreshToken: 'r-2' });
});

test('tokens that cannot be opened are for a person to mend, and the error has nothing of them', async () => {
  await postgresTokens(ledger.db, new SecretBox([Buffer.alloc(32, 9)])).store('one', 'g', {
    accessToken: 'a-1',
  });
  const loading = postgresTokens(ledger.db, box).load('one', 'g');
  await expect(loading).rejects.toMatchObject({
    name: 'AuthError',
    code: 'UNUSABLE',
    message: expect.stringMatching(/^opening the secret .* add that key to ENCRYPTION_KEY/),
  });
});
