import { Journal } from './journal.ts';
import { type StartedSandbox, startSandbox } from './started-sandbox.ts';

const arrival = (vendor: 'slack' | 'hubspot', text: string) => ({
  vendor,
  method: 'POST',
  path: '/',
  headers: {},
  body: { text },
  status: 200,
  effect: true,
});
const bodies = (journal: Journal) =>
  (JSON.parse(Buffer.concat([...journal.list(undefined, 0)]).toString()) as { body: string }[]).map(
    ({ body }) => body,
  );

describe('bounds', () => {
  it('drops the oldest records, and still counts them', () => {
    const journal = new Journal(3);
    for (const text of ['a', 'b', 'c', 'd', 'e']) journal.add(arrival('slack', text));
    expect(bodies(journal)).toEqual(['c', 'd', 'e']);
    expect(journal.count('slack')).toBe(5);
  });

  it('stays below its limit of bytes', () => {
    const journal = new Journal(1000, 2000);
    for (const text of ['a', 'b', 'c', 'd']) journal.add(arrival('slack', text.repeat(700)));
    expect(bodies(journal).map((body) => body.charAt(0))).toEqual(['c', 'd']);
  });
});

describe('over HTTP', () => {
  let sandbox: StartedSandbox;
  beforeEach(async () => {
    sandbox = await startSandbox();
  });
  afterEach(() => sandbox.close());
  const post = (text: string) => sandbox.send('POST', '/slack/services/T/B/s', { text });

  it('lists all requests in order, also refused ones, with their answers', async () => {
    await post('one');
    await sandbox.send('GET', '/hubspot/crm/v3/objects/contacts/1?idProperty=email', undefined, {
      'x-mark': 'm',
    });
    await sandbox.send('POST', '/slack/services/T/B/s', 'not json', { 'content-type': 'text/plain' });
    const all = await sandbox.received();
    expect(all).toMatchObject([
      {
        index: 0,
        vendor: 'slack',
        method: 'POST',
        path: '/slack/services/T/B/s',
        body: { text: 'one' },
        status: 200,
        effect: true,
      },
      {
        index: 1,
        vendor: 'hubspot',
        method: 'GET',
        path: '/hubspot/crm/v3/objects/contacts/1?idProperty=email',
        headers: { 'x-mark': 'm' },
        body: null,
        status: 401,
        effect: false,
      },
      { index: 2, vendor: 'slack', body: 'not json', status: 400, effect: false },
    ]);
    expect(all.map(({ at }) => new Date(at).toISOString())).toEqual(all.map(({ at }) => at));
    expect((await sandbox.received('?vendor=slack')).map(({ index }) => index)).toEqual([0, 2]);
    expect((await sandbox.received('?vendor=slack&since=1')).map(({ index }) => index)).toEqual([2]);
  });

  it('counts, and clears one vendor or all; indexes continue', async () => {
    await post('one');
    await sandbox.send('GET', '/hubspot/x');
    const count = async () => (await sandbox.send('GET', '/_received/count')).json;
    expect(await count()).toEqual({ count: 2, by_vendor: { hubspot: 1, slack: 1, helpninja: 0 } });
    expect((await sandbox.send('DELETE', '/_received?vendor=hubspot')).status).toBe(204);
    expect(await count()).toEqual({ count: 1, by_vendor: { hubspot: 0, slack: 1, helpninja: 0 } });
    await sandbox.send('DELETE', '/_received');
    expect(await sandbox.received()).toEqual([]);
    await post('two');
    expect((await sandbox.received()).map(({ index }) => index)).toEqual([2]);
  });

  it('names the wrong parameter', async () => {
    expect((await sandbox.send('GET', '/_received?vendor=pigeon')).json['error']).toMatch(
      /"pigeon" is not a vendor/,
    );
    expect((await sandbox.send('GET', '/_received?since=x')).json['error']).toMatch(/"since"/);
  });

  it('lists hundreds at once', async () => {
    for (let round = 0; round < 5; round += 1)
      await Promise.all(Array.from({ length: 100 }, (_, at) => post(`${round}.${at}`)));
    const all = await sandbox.received('?vendor=slack');
    expect(new Set(all.map(({ body }) => (body as { text: string }).text)).size).toBe(500);
    expect(all.map(({ index }) => index)).toEqual(Array.from({ length: 500 }, (_, at) => at));
  });
});
