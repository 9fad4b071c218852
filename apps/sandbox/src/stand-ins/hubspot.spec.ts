import { type Answer, type StartedSandbox, startSandbox } from './started-sandbox.ts';

const contacts = '/hubspot/crm/v3/objects/contacts';
const upsertPath = `${contacts}/batch/upsert`;
const notesPath = '/hubspot/crm/v3/objects/notes';
const auth = { authorization: 'Bearer pat-secret' };
const toContact = (id: string, associationTypeId = 202) => [
  { to: { id }, types: [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId }] },
];

let sandbox: StartedSandbox;
beforeAll(async () => {
  sandbox = await startSandbox({ hubspotToken: 'pat-secret', hubspotPrepared: true });
});
afterAll(() => sandbox.close());

const call = (method: string, path: string, body?: unknown, headers: Record<string, string> = auth) =>
  sandbox.send(method, path, body, headers);
const upsert = (
  ...inputs: { id: string; properties: object; objectWriteTraceId?: string; idProperty?: string }[]
) => call('POST', upsertPath, { inputs: inputs.map((input) => ({ idProperty: 'email', ...input })) });
const results = (answer: Answer) =>
  answer.json['results'] as { id: string; new: boolean; properties: Record<string, string> }[];

describe('authentication', () => {
  it.each([
    ['no token', {}],
    ['another token', { authorization: 'Bearer pat-other' }],
    ['another scheme', { authorization: 'Basic cGF0OnNlY3JldA==' }],
  ])('refuses %s with 401', async (_name, headers) => {
    const answer = await call('POST', contacts, { properties: { email: 'a@x.test' } }, headers);
    expect(answer.status).toBe(401);
    expect(answer.json).toMatchObject({
      status: 'error',
      category: 'INVALID_AUTHENTICATION',
      correlationId: expect.any(String),
    });
  });
});

describe('first contacts', () => {
  it('lists contacts up to the limit, with the token only', async () => {
    const list = (limit: string, headers = auth) =>
      call('GET', `${contacts}?limit=${limit}&properties=hs_object_id`, undefined, headers);
    await upsert(...['first', 'second'].map((one) => ({ id: `${one}@x.test`, properties: {} })));
    const answer = await list('1');
    expect(answer.status).toBe(200);
    expect(results(answer)).toHaveLength(1);
    expect(results(await list('100')).length).toBeGreaterThan(1);
    expect((await list('0')).status).toBe(400);
    expect((await list('1', { authorization: 'Bearer pat-other' })).status).toBe(401);
  });
});

describe('batch upsert', () => {
  it('creates, then updates by the lower-cased email, and echoes the trace id', async () => {
    const first = await upsert({
      id: 'Ana@x.test',
      objectWriteTraceId: 'd-17',
      properties: { firstname: 'Ana', lead_score: 81 },
    });
    expect(first.status).toBe(200);
    expect(results(first)[0]).toMatchObject({
      new: true,
      objectWriteTraceId: 'd-17',
      properties: { email: 'ana@x.test', lead_score: '81' },
    });
    const second = await upsert({
      id: 'ana@x.test',
      properties: { lastname: 'Tamm', escalation_required: true },
    });
    expect(results(second)[0]).toMatchObject({
      new: false,
      id: results(first)[0]?.id,
      properties: { firstname: 'Ana', lastname: 'Tamm', escalation_required: 'true' },
    });
  });

  it.each([
    ['an unknown property', { nope: 'x' }, 'PROPERTY_DOESNT_EXIST'],
    ['a text for a number', { lead_score: 'high' }, 'INVALID_NUMBER'],
    ['a word for a bool', { escalation_required: 'yes' }, 'INVALID_OPTION'],
    ['an unknown lifecycle stage', { lifecyclestage: 'chatting' }, 'INVALID_OPTION'],
    ['a read only property', { createdate: '2026-01-01' }, 'READ_ONLY_VALUE'],
    ['an invalid email', { email: 'not an address' }, 'INVALID_EMAIL'],
  ])('refuses %s', async (_name, properties, code) => {
    const answer = await upsert({ id: 'bad@x.test', properties });
    expect(answer.status).toBe(400);
    expect(answer.json).toMatchObject({ category: 'VALIDATION_ERROR', errors: [{ code }] });
    expect(answer.json['message']).toMatch(/^Property values were not valid: \[\{"isValid":false/);
    expect((await call('GET', `${contacts}/bad%40x.test?idProperty=email`)).status).toBe(404);
  });

  it('accepts 100 inputs and refuses 101', async () => {
    const many = (count: number) =>
      Array.from({ length: count }, (_, at) => ({ id: `many${at}@x.test`, properties: {} }));
    expect(results(await upsert(...many(100)))).toHaveLength(100);
    expect((await upsert(...many(101))).status).toBe(400);
  });

  it('refuses the same id twice, another id property, no inputs, and what is not JSON', async () => {
    const twice = { id: 'twice@x.test', properties: {} };
    expect((await upsert(twice, twice)).status).toBe(400);
    expect((await upsert({ id: '7', idProperty: 'phone', properties: {} })).status).toBe(400);
    expect((await call('POST', upsertPath, { inputs: [] })).status).toBe(400);
    expect((await call('POST', upsertPath, '{"inputs":')).json).toMatchObject({
      category: 'VALIDATION_ERROR',
    });
    expect((await call('POST', upsertPath, 'x', { ...auth, 'content-type': 'text/plain' })).status).toBe(415);
  });

  it('answers 207 and names the failed trace id when every input has one', async () => {
    const good = { id: 'good@x.test', objectWriteTraceId: 'd-1', properties: {} };
    const bad = { id: 'partly@x.test', objectWriteTraceId: 'd-2', properties: { nope: 1 } };
    const answer = await upsert(good, bad);
    expect(answer.status).toBe(207);
    expect(results(answer)).toMatchObject([{ objectWriteTraceId: 'd-1', new: true }]);
    expect(answer.json).toMatchObject({
      numErrors: 1,
      errors: [{ context: { objectWriteTraceId: ['d-2'] } }],
    });
    const untraced = { id: 'good2@x.test', properties: {} };
    expect((await upsert(untraced, bad)).status).toBe(400);
    expect((await call('GET', `${contacts}/good2%40x.test?idProperty=email`)).status).toBe(404);
  });

  it('moves a lifecycle stage forward only, unless it was cleared', async () => {
    const to = async (lifecyclestage: string) =>
      results(await upsert({ id: 'stage@x.test', properties: { lifecyclestage } }))[0]?.properties[
        'lifecyclestage'
      ];
    expect(await to('customer')).toBe('customer');
    expect(await to('lead')).toBe('customer');
    expect(await to('')).toBe('');
    expect(await to('lead')).toBe('lead');
  });
});

describe('single contacts', () => {
  it('creates once, then answers 409 with the existing id', async () => {
    const body = { properties: { email: 'once@x.test' }, associations: [] };
    const created = await call('POST', contacts, body);
    expect(created.status).toBe(201);
    const again = await call('POST', contacts, body);
    expect(again.status).toBe(409);
    expect(again.json).toMatchObject({
      category: 'CONFLICT',
      message: `Contact already exists. Existing ID: ${created.json['id']}`,
    });
  });

  it('updates by email or id, and answers 404 for an unknown one', async () => {
    await upsert({ id: 'patch@x.test', properties: { phone: '1' } });
    const patched = await call('PATCH', `${contacts}/patch%40x.test?idProperty=email`, {
      properties: { phone: '+372555' },
    });
    expect(patched.json).toMatchObject({ properties: { phone: '+372555' } });
    expect((await call('GET', `${contacts}/${patched.json['id']}`)).json).toMatchObject({
      properties: { email: 'patch@x.test' },
    });
    const nobody = await call('PATCH', `${contacts}/nobody%40x.test?idProperty=email`, {
      properties: { phone: '1' },
    });
    expect(nobody.status).toBe(404);
    expect(nobody.json).toMatchObject({ category: 'OBJECT_NOT_FOUND' });
  });

  it('finds by search, and refuses an unknown operator', async () => {
    await upsert({ id: 'find@x.test', properties: { company: 'Finders' } });
    const search = (operator: string) =>
      call('POST', `${contacts}/search`, {
        filterGroups: [{ filters: [{ propertyName: 'company', operator, value: 'finders' }] }],
        properties: ['email'],
        sorts: [],
        after: '0',
        limit: 2,
      });
    expect((await search('EQ')).json).toMatchObject({
      total: 1,
      results: [{ properties: { email: 'find@x.test' } }],
    });
    expect((await search('SOUNDS_LIKE')).status).toBe(400);
  });
});

describe('notes', () => {
  const note = (properties: object, associations?: unknown) =>
    call('POST', notesPath, { properties, associations });
  const at = { hs_timestamp: '2026-11-22T10:00:00Z' };
  const contactId = async () => results(await upsert({ id: 'noted@x.test', properties: {} }))[0]?.id ?? '';

  it('creates a note on a contact', async () => {
    const id = await contactId();
    const made = await note({ ...at, hs_note_body: 'hi' }, toContact(id));
    expect(made.status).toBe(201);
    const read = await call('GET', `${notesPath}/${made.json['id']}`);
    expect(read.json).toMatchObject({
      properties: { hs_note_body: 'hi' },
      associations: { contacts: { results: [{ id }] } },
    });
  });

  it('refuses a note without a time, with another association type, or for an unknown contact', async () => {
    const id = await contactId();
    expect((await note({ hs_note_body: 'hi' })).json).toMatchObject({
      errors: [{ context: { properties: ['hs_timestamp'] } }],
    });
    expect((await note(at, toContact(id, 204))).status).toBe(400);
    expect((await note(at, toContact('999999'))).json).toMatchObject({
      subCategory: 'crm.associations.INVALID_OBJECT_IDS',
    });
    expect((await note(at, [{ to: { id } }])).status).toBe(400);
    expect((await note({ ...at, hs_note_body: 'x'.repeat(65_537) })).status).toBe(400);
  });

  it('links an existing note by default association', async () => {
    const id = await contactId();
    const made = await note(at);
    const link = (target: string) =>
      `/hubspot/crm/v4/objects/notes/${made.json['id']}/associations/default/contacts/${target}`;
    expect((await call('PUT', link(id))).status).toBe(200);
    expect((await call('PUT', link('999999'))).status).toBe(404);
    const found = await call('POST', `${notesPath}/search`, {
      filterGroups: [{ filters: [{ propertyName: 'associations.contact', operator: 'EQ', value: id }] }],
      limit: 200,
    });
    expect((found.json['results'] as { id: string }[]).map((one) => one.id)).toContain(made.json['id']);
  });
});

it('answers 404 for an unknown call', async () => {
  expect((await call('POST', '/hubspot/crm/v3/objects/spaceships', {})).status).toBe(404);
});

describe('properties of an account that is not prepared', () => {
  let bare: StartedSandbox;
  beforeAll(async () => {
    bare = await startSandbox();
  });
  afterAll(() => bare.close());

  const properties = '/hubspot/crm/v3/properties/contacts/batch';
  const post = (path: string, body: object) => bare.send('POST', path, body, auth);
  const contact = () =>
    post(upsertPath, { inputs: [{ id: 'a@x.test', idProperty: 'email', properties: { lead_score: 1 } }] });
  const score = { name: 'lead_score', label: 'Lead score', groupName: 'contactinformation', type: 'number' };

  it('are unknown until they are created, and can be created once', async () => {
    expect(await contact()).toMatchObject({
      status: 400,
      json: { errors: [{ code: 'PROPERTY_DOESNT_EXIST', context: { propertyName: ['lead_score'] } }] },
    });
    const read = () => post(`${properties}/read`, { inputs: [{ name: 'email' }, { name: 'lead_score' }] });
    expect(await read()).toMatchObject({
      status: 207,
      json: { results: [{ name: 'email' }], errors: [{ category: 'OBJECT_NOT_FOUND' }] },
    });
    const create = () => post(`${properties}/create`, { inputs: [{ ...score, fieldType: 'number' }] });
    expect((await create()).status).toBe(201);
    expect((await create()).status).toBe(409);
    expect(await read()).toMatchObject({
      status: 200,
      json: { results: [{ name: 'email' }, { name: 'lead_score' }] },
    });
    expect((await contact()).status).toBe(200);
  });

  it.each([
    ['a field of another type', { ...score, name: 'a', fieldType: 'text' }],
    ['no label', { ...score, name: 'b', label: undefined, fieldType: 'number' }],
    ['an invalid name', { ...score, name: 'B b', fieldType: 'number' }],
    ['a bool without its two options', { ...score, name: 'c', type: 'bool', fieldType: 'booleancheckbox' }],
  ])('are refused with %s', async (_what, input) => {
    expect((await post(`${properties}/create`, { inputs: [input] })).status).toBe(400);
  });
});
