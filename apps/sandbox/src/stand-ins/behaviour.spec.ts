import { type StartedSandbox, startSandbox } from './started-sandbox.ts';

const hook = '/slack/services/T/B/s';
const contact = '/hubspot/crm/v3/objects/contacts';
const auth = { authorization: 'Bearer any' };

let sandbox: StartedSandbox;
beforeAll(async () => {
  sandbox = await startSandbox({ inventConversations: true });
});
beforeEach(async () => {
  await sandbox.send('DELETE', '/_behaviour');
  await sandbox.send('DELETE', '/_received');
});
afterAll(() => sandbox.close());

const behave = (behaviour: object) => sandbox.send('POST', '/_behaviour', behaviour);
const post = () => sandbox.send('POST', hook, { text: 'hi' });
const create = (email: string) => sandbox.send('POST', contact, { properties: { email } }, auth);
const statuses = async () => (await sandbox.received()).map(({ status, effect }) => [status, effect]);

it("answers a status a number of times, with the vendor's error body and Retry-After", async () => {
  await behave({ vendor: 'slack', status: 429, retry_after: 7, times: 2 });
  const first = await post();
  expect([first.status, first.text, first.headers.get('retry-after')]).toEqual([429, 'rate_limited', '7']);
  expect((await post()).status).toBe(429);
  expect((await post()).status).toBe(200);
  expect(await statuses()).toEqual([
    [429, false],
    [429, false],
    [200, true],
  ]);
});

it('answers a status until it is cleared, for one vendor only, with a given body', async () => {
  await behave({ vendor: 'slack', status: 404, body: 'no_active_hooks' });
  expect((await post()).text).toBe('no_active_hooks');
  expect((await create('cleared@x.test')).status).toBe(201);
  await sandbox.send('DELETE', '/_behaviour');
  expect((await post()).status).toBe(200);
});

it('applies only to paths with the given beginning, with or without the name of the vendor', async () => {
  await behave({ vendor: 'hubspot', status: 503, path: '/crm/v3/objects/notes' });
  expect((await create('path@x.test')).status).toBe(201);
  expect((await sandbox.send('POST', '/hubspot/crm/v3/objects/notes', {}, auth)).status).toBe(503);
  await behave({ vendor: 'hubspot', status: 502, path: '/hubspot/crm/v3/objects/contacts' });
  expect((await create('path2@x.test')).status).toBe(502);
});

it("answers HubSpot faults in HubSpot's shape", async () => {
  await behave({ vendor: 'hubspot', status: 429 });
  expect((await create('limit@x.test')).json).toMatchObject({
    errorType: 'RATE_LIMIT',
    policyName: 'TEN_SECONDLY_ROLLING',
  });
  await behave({ vendor: 'hubspot', status: 401 });
  expect((await create('limit@x.test')).json).toMatchObject({ category: 'EXPIRED_AUTHENTICATION' });
});

it('answers late, after the effect', async () => {
  await behave({ vendor: 'hubspot', delay_ms: 600_000, times: 1 });
  const late = create('late@x.test').catch((error: Error) => error.name);
  const seen = async (): Promise<number> =>
    (await sandbox.received()).length ? (await create('late@x.test')).status : seen();
  expect(await seen()).toBe(409);
  expect(await Promise.race([late, 'still waiting'])).toBe('still waiting');
});

it('resets the connection before the effect, or after it', async () => {
  await behave({ vendor: 'hubspot', reset: true, times: 1 });
  await expect(create('reset@x.test')).rejects.toThrow('fetch failed');
  expect((await create('reset@x.test')).status).toBe(201);
  await behave({ vendor: 'hubspot', reset: true, after: true, times: 1 });
  await expect(create('after@x.test')).rejects.toThrow('fetch failed');
  expect((await create('after@x.test')).status).toBe(409);
  expect(await statuses()).toEqual([
    ['reset', false],
    [201, true],
    ['reset', true],
    [409, false],
  ]);
});

it('answers a status after the effect', async () => {
  await behave({ vendor: 'hubspot', status: 500, after: true, times: 1 });
  expect((await create('hidden@x.test')).status).toBe(500);
  expect((await create('hidden@x.test')).status).toBe(409);
});

it('never answers with hang', async () => {
  await behave({ vendor: 'slack', hang: true, times: 1 });
  const given = new AbortController();
  const hanging = fetch(sandbox.url + hook, { method: 'POST', body: '{}', signal: given.signal });
  const recorded = async (): Promise<unknown> => (await statuses())[0] ?? recorded();
  expect(await recorded()).toEqual(['hang', false]);
  given.abort();
  await expect(hanging).rejects.toThrow('abort');
  expect((await post()).status).toBe(200);
});

it.each<[string, unknown, RegExp]>([
  ['no JSON', '{', /JSON/],
  [
    'an unknown vendor',
    { vendor: 'pigeon', status: 500 },
    /"vendor" must be one of hubspot, slack, helpninja/,
  ],
  ['an unknown field', { vendor: 'slack', delay: 5 }, /"delay" is not known/],
  ['an invalid status', { vendor: 'slack', status: 99 }, /"status" must be/],
  ['no fault', { vendor: 'slack', times: 1 }, /give one of status/],
  ['a text in place of true or false', { vendor: 'slack', reset: 'yes' }, /"reset" must be true or false/],
  ['a path without a slash', { vendor: 'slack', status: 500, path: 'x' }, /"path" must start/],
])('refuses a behaviour with %s', async (_name, body, message) => {
  const answer = await sandbox.send('POST', '/_behaviour', body);
  expect(answer.status).toBe(400);
  expect(answer.json['error']).toMatch(message);
});

it('lists the faults; one with the same vendor and path is replaced', async () => {
  await behave({ vendor: 'slack', status: 500 });
  await behave({ vendor: 'slack', status: 503 });
  expect((await sandbox.send('GET', '/_behaviour')).json).toEqual([{ vendor: 'slack', status: 503 }]);
});
