import fc from 'fast-check';
import { claimedTenant } from './claimed-tenant.ts';

const claimed = (text: string) => claimedTenant(Buffer.from(text));

test.each([
  ['{"tenant_id":"acme","event":"x","data":{}}', 'acme'],
  ['{"event":"x","data":{"a":[1,{"b":"}"}]},\n "tenant_id" :\t"acme"}', 'acme'],
  ['{"data":{"tenant_id":"inner"},"tenant_id":"acme"}', 'acme'],
  ['{"data":{"tenant_id":"inner"}}', undefined],
  ['{"data":[{"tenant_id":"inner"}]}', undefined],
  ['{"note":"\\"tenant_id\\":\\"evil\\"","tenant_id":"acme"}', 'acme'],
  ['{"note":"a \\\\","tenant_id":"acme"}', 'acme'],
  ['{"event":"tenant_id","tenant_id":"acme"}', 'acme'],
  ['{"tenant_id":7,"data":{}}', undefined],
  ['{"tenant_id":"","data":{}}', ''],
  ['{"event":"x"}', undefined],
  ['["tenant_id"]', undefined],
  ['"tenant_id"', undefined],
  ['{"tenant_id":"acme', 'acme'],
  ['{"tenant_id', undefined],
  ['', undefined],
  [`{"tenant_id":"${'a'.repeat(300)}"}`, 'a'.repeat(65)],
])('%s', (text, tenant) => {
  expect(claimed(text)).toBe(tenant);
});

const id = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/);

test('for any event the result is that of a full parse', () => {
  const others = fc.dictionary(
    fc.string().filter((name) => name !== 'tenant_id'),
    fc.jsonValue(),
  );
  fc.assert(
    fc.property(others, others, id, fc.nat(4), (before, after, tenant, space) => {
      const text = JSON.stringify({ ...before, tenant_id: tenant, ...after }, undefined, space);
      expect(claimed(text)).toBe(tenant);
      expect(claimed(JSON.stringify({ ...before, data: { tenant_id: tenant } }))).toBeUndefined();
    }),
  );
});

test('any bytes are accepted', () => {
  fc.assert(
    fc.property(fc.uint8Array(), fc.nat(20), (bytes, at) => {
      const body = Buffer.concat([bytes.subarray(0, at), Buffer.from('"tenant_id"'), bytes.subarray(at)]);
      expect(() => claimedTenant(body)).not.toThrow();
    }),
  );
});
