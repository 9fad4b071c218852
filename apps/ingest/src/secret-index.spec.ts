import { MAX_UNNAMED, SecretIndex } from './secret-index.ts';
import type { SigningSecret } from './signature.ts';

const of = (tenantId: string, number: number): SigningSecret => ({
  tenantId,
  secret: Buffer.from(`secret ${number} of ${tenantId}`),
});
const wide: SigningSecret = { tenantId: undefined, secret: Buffer.from('platform-wide') };
const tenants = (count: number) => Array.from({ length: count }, (_, index) => of(`t${index}`, 0));

test('a claim selects the platform-wide secrets and those of its tenant only', () => {
  const acme = [of('acme', 0), of('acme', 1)];
  const index = new SecretIndex([wide], [of('globex', 0), ...acme, ...tenants(1_000)]);
  expect(index.candidates('acme')).toEqual({ secrets: [wide, ...acme], complete: true, partial: false });
});

test('as many are tried for a tenant with few secrets, and for one that does not exist, as for the one with most', () => {
  const index = new SecretIndex([wide], [of('globex', 0), of('acme', 0), of('acme', 1), of('acme', 2)]);
  const numbers = ['acme', 'globex', 'nobody', ''].map((claim) => index.candidates(claim).secrets.length);
  expect(numbers).toEqual([4, 4, 4, 4]);
  expect(index.candidates('nobody').secrets.map(({ tenantId }) => tenantId)).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});

test(`without a claim all are tried while there are ${MAX_UNNAMED}; beyond that the first ones, marked as partial`, () => {
  const few = new SecretIndex([wide], tenants(MAX_UNNAMED));
  expect(few.candidates(undefined).secrets).toHaveLength(MAX_UNNAMED + 1);
  expect(few.candidates(undefined).partial).toBe(false);
  const more = new SecretIndex([wide], tenants(MAX_UNNAMED + 1));
  const { secrets, partial } = more.candidates(undefined);
  expect(secrets.map(({ tenantId }) => tenantId)).toEqual([
    undefined,
    ...Array.from({ length: MAX_UNNAMED }, (_, index) => `t${index}`),
  ]);
  expect(partial).toBe(true);
  expect(more.candidates('t1').partial).toBe(false);
});

test('there may be more tenants than a function call takes arguments', () => {
  const index = new SecretIndex([wide], tenants(200_000));
  expect(index.candidates('t199999').secrets).toHaveLength(2);
});

test('while the tenants are unknown, a signature that matches no platform-wide secret may match one of theirs', () => {
  const index = new SecretIndex([wide]);
  expect(index.candidates('acme')).toEqual({ secrets: [wide], complete: false, partial: false });
  expect(index.empty).toBe(false);
  expect(new SecretIndex([]).empty).toBe(true);
});

test('while a secret of a tenant is missing, a signature may be its one: of a body that names the tenant, or none', () => {
  const index = new SecretIndex([wide], [of('acme', 0), of('globex', 0)], new Set(['acme']));
  const complete = ['acme', undefined, 'globex', 'nobody'].map((claim) => index.candidates(claim).complete);
  expect(complete).toEqual([false, false, true, true]);
});
