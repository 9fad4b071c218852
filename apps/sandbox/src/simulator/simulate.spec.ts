import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { runCommand } from '../commands.ts';
import { type Receiver, startReceiver } from './receiver.ts';
import type { Report } from './tally.ts';
import { startSandbox } from '../stand-ins/started-sandbox.ts';

let receiver: Receiver;
beforeEach(async () => {
  receiver = await startReceiver('s3cret');
});
afterEach(() => receiver.close());

async function run(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const [out, err] = [new PassThrough(), new PassThrough()];
  const code = await runCommand(['simulate', ...args], { out, err });
  return { code, out: String(out.read() ?? ''), err: String(err.read() ?? '') };
}
const simulate = (...args: string[]) => run('--url', receiver.url, '--secret', 's3cret', ...args);
const report = (out: string) => JSON.parse(out) as Report;
const ids = () => [...new Set(receiver.accepted.map(({ data }) => String(data['conversation_id'])))];

it('posts signed conversations in parallel, each one in order', async () => {
  const { code, out } = await simulate('--conversations', '30', '--tenant', 'tenant_a', '--json');
  expect(code).toBe(0);
  const { conversations, events, accepted, rejected, by_type, by_status, duration_s, p50_ms, p99_ms, rate } =
    report(out);
  expect({ conversations, accepted, rejected }).toEqual({
    conversations: 30,
    accepted: receiver.accepted.length,
    rejected: 0,
  });
  expect(by_status).toEqual({ 200: events });
  expect(by_type['conversation.started']).toBe(30);
  expect(Object.values(by_type).reduce((sum, count) => sum + count, 0)).toBe(events);
  expect(Math.min(duration_s, p50_ms, rate)).toBeGreaterThan(0);
  expect(p99_ms).toBeGreaterThanOrEqual(p50_ms);
  expect([...receiver.paths]).toEqual(['/webhooks/helpninja']);
  expect(new Set(receiver.accepted.map(({ tenant_id }) => tenant_id))).toEqual(new Set(['tenant_a']));
  expect(ids()).toHaveLength(30);
  expect(receiver.mostOpen()).toBe(1);
  for (const id of ids()) {
    const own = receiver.accepted.filter(({ data }) => data['conversation_id'] === id);
    expect(own[0]?.event).toBe('conversation.started');
    expect(own.map(({ timestamp }) => timestamp)).toEqual(own.map(({ timestamp }) => timestamp).sort());
  }
});

it('posts the same texts for the same seed, with new ids, so that nothing counts as a repeat', async () => {
  const said = () =>
    receiver.accepted.filter(({ event }) => event === 'message.sent').map(({ data }) => data['content']);
  await simulate('--conversations', '3', '--concurrency', '1', '--seed', 'x');
  const [first, firstIds] = [said(), ids()];
  receiver.accepted.length = 0;
  await simulate('--conversations', '3', '--concurrency', '1', '--seed', 'x');
  expect(said()).toEqual(first);
  expect(first.length).toBeGreaterThan(3);
  expect(ids().filter((id) => firstIds.includes(id))).toEqual([]);
});

it('prints a table, and progress apart from it', async () => {
  const { out, err } = await simulate('--conversations', '2');
  expect(out).toMatch(/^conversations +2\nevents +\d+\n/);
  expect(out).toMatch(/\n {2}conversation\.started +2\n/);
  expect(out).toMatch(/\nanswer p99 +\d+\.\d ms\n$/);
  expect(err).toBe('');
});

it('counts refused events and ends with 1', async () => {
  const { code, out } = await run(
    '--url',
    receiver.url,
    '--secret',
    'wrong',
    '--conversations',
    '2',
    '--json',
  );
  expect(code).toBe(1);
  expect(report(out)).toMatchObject({
    accepted: 0,
    rejected: report(out).events,
    by_status: { 401: report(out).events },
  });
});

it('posts the same bytes again after 503 and after a lost connection', async () => {
  const again = { status: 503, headers: { 'retry-after': '0' } };
  receiver.answers.push(again, again, { status: 0, reset: true });
  const { code, out } = await simulate('--conversations', '2', '--json');
  expect(code).toBe(0);
  expect(report(out)).toMatchObject({ rejected: 0, repeated: 3, accepted: receiver.accepted.length });
});

it('gives up on an event that is answered 503 for too long', async () => {
  receiver.answers.push(
    ...Array.from({ length: 3 }, () => ({ status: 503, headers: { 'retry-after': '0' } })),
  );
  const { code, out } = await simulate('--conversations', '1', '--retries', '2', '--json');
  expect(code).toBe(1);
  expect(report(out)).toMatchObject({ rejected: 1, repeated: 2, by_status: { 503: 1 } });
});

it('stops with a message if the receiver cannot be reached', async () => {
  await receiver.close();
  const { code, out } = await simulate('--conversations', '3', '--retries', '0', '--json');
  expect(code).toBe(1);
  expect(report(out)).toMatchObject({
    events: 0,
    stopped: expect.stringMatching(/posting to http.*ECONNREFUSED; check the address/),
  });
});

it('keeps to a rate', async () => {
  const { out } = await simulate('--conversations', '4', '--rate', '100', '--json');
  const { events, duration_s } = report(out);
  expect(duration_s).toBeGreaterThanOrEqual((events - 1) / 100 - 0.05);
});

it('posts some events twice and some in the wrong order, the same for the same seed', async () => {
  const disorder = ['--repeat-share', '0.2', '--reorder-share', '0.2', '--concurrency', '1'];
  const { code, out } = await simulate('--conversations', '20', ...disorder, '--json');
  expect(code).toBe(0);
  const { accepted, rejected, duplicates } = report(out);
  expect(duplicates).toBeGreaterThan(10);
  expect(rejected).toBe(0);
  expect(receiver.accepted).toHaveLength(accepted + duplicates);
  expect(new Set(receiver.accepted.map((event) => JSON.stringify(event))).size).toBe(accepted);
  const late = ids().filter((id) => {
    const times = receiver.accepted
      .filter(({ data }) => data['conversation_id'] === id)
      .map(({ timestamp }) => timestamp);
    return [...new Set(times)].join() !== [...new Set(times)].sort().join();
  });
  expect(late.length).toBeGreaterThan(3);
});

it('posts in an open loop without waiting for answers, and in bursts', async () => {
  receiver.answers.push({ status: 503, headers: { 'retry-after': '1' } });
  const { code, out } = await simulate(
    '--conversations',
    '3',
    '--rate',
    '400',
    '--burst',
    '8',
    '--open-loop',
    '--json',
  );
  expect(code).toBe(0);
  expect(report(out)).toMatchObject({ rejected: 0, accepted: receiver.accepted.length, repeated: 1 });
  // The first post is answered after a second. All others arrive long before.
  expect(receiver.accepted.at(-1)?.event).toBe('conversation.started');
  expect((await simulate('--open-loop')).code).toBe(2);
});

it('has phone numbers that nobody has, and customers who do not write English', async () => {
  await simulate('--conversations', '60');
  const phones = receiver.accepted.flatMap(({ data }) => data['customer_phone'] ?? []);
  expect(phones.length).toBeGreaterThan(10);
  for (const phone of phones) expect(String(phone)).toMatch(/555-01\d\d$|7946 ?0\d\d\d ?$/);
  const languages = receiver.accepted.flatMap(({ data }) => data['language'] ?? []);
  expect(new Set(languages).size).toBeGreaterThan(2);
});

it('registers the conversations in the sandbox before it plays them', async () => {
  const sandbox = await startSandbox();
  await simulate('--conversations', '3', '--tenant', 'tenant_a', '--sandbox', sandbox.url);
  const headers = { authorization: `Bearer hnja_test_${'a'.repeat(32)}`, 'x-tenant-id': 'tenant_a' };
  expect(ids()).toHaveLength(3);
  for (const id of ids()) {
    const { json } = await sandbox.send('GET', `/helpninja/v1/conversations/${id}`, undefined, headers);
    const started = receiver.accepted.find(
      ({ event, data }) => event === 'conversation.started' && data['conversation_id'] === id,
    );
    expect(json).toMatchObject({
      id,
      first_message: started?.data['initial_message'],
      site_url: started?.data['site_url'],
    });
  }
  await sandbox.close();
  const { code, out } = await simulate('--sandbox', sandbox.url, '--json');
  expect([code, report(out).stopped]).toEqual([1, expect.stringMatching(/registering conversations/)]);
});

describe('dialogues of a file', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'simulate-'));
  });
  afterAll(() => rm(folder, { recursive: true }));
  const file = async (content: string): Promise<string> => {
    const path = join(folder, 'dialogues.jsonl');
    await writeFile(path, content);
    return path;
  };
  const two =
    '{"id":"a/1","question":"Where is my card?"}\n{"turns":[{"sender":"customer","text":"Hi"},{"sender":"ai","text":"Hello"}],"qualify":88}\n';

  it('plays each one once, or as many as --conversations says', async () => {
    const { out } = await simulate('--dialogues', await file(two), '--json');
    expect(report(out).conversations).toBe(2);
    expect(ids()[0]).toMatch(/^conv_[0-9a-f]{8}_00001_a-1$/);
    const said = receiver.accepted
      .filter(({ event }) => event === 'message.sent')
      .map(({ data }) => data['content']);
    expect(said.sort()).toEqual(['Hello', 'Hi', 'Where is my card?']);
    expect(report(out).by_type['lead.qualified']).toBeGreaterThanOrEqual(1);
    const more = await simulate('--dialogues', await file(two), '--conversations', '5', '--json');
    expect(report(more.out).conversations).toBe(5);
  });

  it('names the invalid line', async () => {
    const { code, err } = await simulate('--dialogues', await file(`${two}{"turns":[]}\n`));
    expect([code, err]).toEqual([1, expect.stringMatching(/dialogues\.jsonl:3, "turns"/)]);
    expect(receiver.accepted).toEqual([]);
  });
});
