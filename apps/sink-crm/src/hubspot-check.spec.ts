// What asking HubSpot whether an integration is usable looks like, and what it makes of a refusal.
import { leadQualified } from '@switchboard/contracts';
import { tryOnce } from '@switchboard/sink';
import { type HttpStub, httpStub, type StubAnswer } from '@switchboard/testing';
import { hubspot } from './hubspot.ts';

let stub: HttpStub;
let answer: StubAnswer;

beforeEach(async () => {
  stub = await httpStub(() => answer);
});
afterEach(() => stub.close());

async function check(contact: StubAnswer) {
  answer = contact;
  const checking = { ...hubspot, deliver: (_event: unknown, ctx: object) => hubspot.check?.(ctx as never) };
  return tryOnce(checking as unknown as typeof hubspot, {
    event: leadQualified,
    data: leadQualified.example,
    config: { accessToken: 'pat-SECRET', baseUrl: `${stub.url}/` },
  });
}

test('asks for the id of one contact with the token, whether there is any or not', async () => {
  expect(await check({ body: { results: [] } })).toMatchObject({ kind: 'delivered', status: 200 });
  expect(await check({ body: { results: [{ id: '51' }] } })).toMatchObject({ kind: 'delivered' });
  for (const { method, path, headers } of stub.requests) {
    expect([method, path]).toEqual(['GET', '/crm/v3/objects/contacts?limit=1&properties=hs_object_id']);
    expect(headers['authorization']).toBe('Bearer pat-SECRET');
  }
  expect(stub.requests).toHaveLength(2);
});

test.each([
  [401, { category: 'INVALID_AUTHENTICATION' }, 'HubSpot: 401 INVALID_AUTHENTICATION'],
  [403, { category: 'MISSING_SCOPES' }, 'HubSpot: 403 MISSING_SCOPES'],
])('is broken when it is answered %d', async (status, body, reason) => {
  expect(await check({ status, body })).toMatchObject({ kind: 'broken', status, reason });
});
