// What asking HubSpot whether an integration is usable looks like, what it makes of a refusal, and how what is missing is
// made.
import { leadQualified } from '@switchboard/contracts';
import { tryOnce } from '@switchboard/delivery';
import { type HttpStub, httpStub, type StubAnswer } from '@switchboard/testing';
import { hubspot } from './hubspot.ts';
import { ownProperties } from './hubspot-properties.ts';

const READ = '/crm/v3/properties/contacts/batch/read';
const CREATE = '/crm/v3/properties/contacts/batch/create';

let stub: HttpStub;
let answers: { contacts: StubAnswer; read: StubAnswer; create: StubAnswer };

const there = (names: readonly string[]) => ({ body: { results: names.map((name) => ({ name })) } });

beforeEach(async () => {
  answers = {
    contacts: { body: { results: [] } },
    read: there(ownProperties),
    create: { status: 201, body: {} },
  };
  stub = await httpStub(({ path }) => {
    if (path === READ) return answers.read;
    return path === CREATE ? answers.create : answers.contacts;
  });
});
afterEach(() => stub.close());

async function ask(kind: 'check' | 'prepare') {
  const asking = { ...hubspot, deliver: (_event: unknown, ctx: object) => hubspot[kind]?.(ctx as never) };
  return tryOnce(asking as unknown as typeof hubspot, {
    event: leadQualified,
    data: leadQualified.example,
    config: { accessToken: 'pat-SECRET', baseUrl: `${stub.url}/` },
  });
}

const calls = () => stub.requests.map(({ method, path }) => `${method} ${path}`);

test('a check asks for the id of one contact and for its own properties, with the token', async () => {
  expect(await ask('check')).toMatchObject({ kind: 'delivered', status: 200 });
  answers.contacts = { body: { results: [{ id: '51' }] } };
  expect(await ask('check')).toMatchObject({ kind: 'delivered' });
  expect(calls().slice(0, 2)).toEqual([
    'GET /crm/v3/objects/contacts?limit=1&properties=hs_object_id',
    `POST ${READ}`,
  ]);
  for (const { headers } of stub.requests) expect(headers['authorization']).toBe('Bearer pat-SECRET');
  expect(stub.requests[1]?.json).toEqual({
    archived: false,
    inputs: ownProperties.map((name) => ({ name })),
  });
});

test.each([
  [401, { category: 'INVALID_AUTHENTICATION' }, 'HubSpot: 401 INVALID_AUTHENTICATION'],
  [403, { category: 'MISSING_SCOPES' }, 'HubSpot: 403 MISSING_SCOPES'],
])('a check is broken when it is answered %d', async (status, body, reason) => {
  answers.contacts = { status, body };
  expect(await ask('check')).toMatchObject({ kind: 'broken', status, reason });
});

test.each<[string, StubAnswer, string]>([
  ['one', there(ownProperties.filter((name) => name !== 'lead_score')), 'properties lead_score;'],
  [
    'one, told as a partial success',
    { ...there(ownProperties.slice(1)), status: 207 },
    'properties lead_source;',
  ],
  ['all', there([]), `properties ${ownProperties.join(', ')};`],
  ['all, told as a 404', { status: 404, body: {} }, `properties ${ownProperties.join(', ')};`],
])('a check names the properties that the account lacks: %s', async (_what, read, words) => {
  answers.read = read;
  const tried = await ask('check');
  expect(tried).toMatchObject({ kind: 'broken', reason: expect.stringContaining(words) });
  expect(tried.reason).toContain('setup prepare');
  expect(calls()).not.toContain(`POST ${CREATE}`);
});

test('prepare makes what is missing, and nothing else', async () => {
  answers.read = there(ownProperties.filter((name) => !['lead_score', 'escalation_required'].includes(name)));
  expect(await ask('prepare')).toMatchObject({
    kind: 'delivered',
    reference: 'lead_score, escalation_required',
  });
  expect(calls()).toEqual([`POST ${READ}`, `POST ${CREATE}`]);
  expect(stub.requests[1]?.json).toEqual({
    inputs: [
      {
        name: 'lead_score',
        label: 'Lead score',
        groupName: 'contactinformation',
        type: 'number',
        fieldType: 'number',
      },
      {
        name: 'escalation_required',
        label: 'Escalation required',
        groupName: 'contactinformation',
        type: 'bool',
        fieldType: 'booleancheckbox',
        options: [
          { label: 'Yes', value: 'true', displayOrder: 0, hidden: false },
          { label: 'No', value: 'false', displayOrder: 1, hidden: false },
        ],
      },
    ],
  });
});

test('prepare calls for nothing when all is there, and names the scope that it lacks', async () => {
  expect(await ask('prepare')).toMatchObject({ kind: 'delivered', reference: null });
  expect(calls()).toEqual([`POST ${READ}`]);
  answers.read = there([]);
  answers.create = {
    status: 403,
    body: {
      category: 'MISSING_SCOPES',
      errors: [{ context: { requiredGranularScopes: ['crm.schemas.contacts.write'] } }],
    },
  };
  expect(await ask('prepare')).toMatchObject({
    kind: 'broken',
    reason: 'HubSpot: 403 MISSING_SCOPES crm.schemas.contacts.write',
  });
});
