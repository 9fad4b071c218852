// The command as the person on call uses it, on a real database and a real topic.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { conversationEscalated, deadLetterHeaders, encodeHeaders, topics } from '@switchboard/contracts';
import { KafkaProducer, readAll } from '@switchboard/kafka';
import { createDatabase } from '@switchboard/postgres';
import { listRecords } from '@switchboard/sink';
import { quiet, type Suite, suite } from '@switchboard/testing';
import { root } from '../rig/root.mjs';
import { dlq } from './command.ts';
import type { Desk } from './desk.ts';

const MAIL = 'mari@example.com';
let corner: Suite;
let producer: KafkaProducer;
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'dlq-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs a command line. */
async function run(line: string, desk: Partial<Desk> = {}) {
  const out: string[] = [];
  const err: string[] = [];
  const say = (text: string) => void out.push(text);
  const warn = (text: string) => void err.push(text);
  const whole: Desk = {
    db: corner.database,
    out: { producer, topicPrefix: corner.kafka.topicPrefix },
    say,
    warn,
    ask: undefined,
    input: () => Promise.reject(new Error('no input was expected')),
    folder,
    user: 'ann',
    ...desk,
  };
  const code = await dlq(line.split(' ').filter(Boolean), { open: () => whole, say, warn });
  return { code, out: out.join('\n'), err: err.join('\n') };
}

const body = (conversation: string) =>
  JSON.stringify({
    event: conversationEscalated.type,
    data: { ...conversationEscalated.example, conversation_id: conversation, customer_email: MAIL },
  });

/** A delivery that was called once and died; they are numbered from 1. */
async function die(event: string, reason: string, db = corner.database): Promise<void> {
  await db.query(
    `insert into integrations (id, tenant_id, sink, config, secrets) values ('one', 'acme', 'probe', '{}', '{}')
     on conflict do nothing`,
  );
  await db.query(
    `with b as (
       insert into event_body (day, event_id, tenant_id, event_type, source, accepted_at, value)
       values ('1970-01-01', $1, 'acme', $2, '/webhooks/helpninja', now(), $3)
     ), d as (
       insert into delivery (day, integration_id, event_id, sink, tenant_id, event_type, ordering_key, accepted_at, calls)
       values ('1970-01-01', 'one', $1, 'probe', 'acme', $2, $1, now(), 1) returning id
     )
     insert into delivery_attempt (day, delivery_id, number, at, latency_ms, outcome, status, reason, method, host, path,
       answer)
     select '1970-01-01', id, 1, now(), 12, 'rejected', 404, $4, 'POST', 'api.example.com', '/rooms', $5 from d`,
    [event, conversationEscalated.type, Buffer.from(body(event)), reason, `no room for ${MAIL}`],
  );
  await db.query(`update delivery set state = 'dead', reason = $2, finished_at = now() where event_id = $1`, [
    event,
    reason,
  ]);
}

/** A record that the enricher gave up. */
async function bury(id: string): Promise<void> {
  const origin = `${corner.kafka.topicPrefix}${topics.events.name}`;
  await producer.send({
    topic: topics.deadLetters,
    partition: 2,
    key: 'k',
    value: Buffer.from(body(id)),
    headers: {
      ...encodeHeaders({
        id,
        type: conversationEscalated.type,
        source: '/webhooks/helpninja',
        tenantId: 'acme',
      }),
      note: MAIL,
      [deadLetterHeaders.stage]: 'enricher',
      [deadLetterHeaders.topic]: origin,
      [deadLetterHeaders.partition]: '2',
      [deadLetterHeaders.offset]: '0',
      [deadLetterHeaders.errorCode]: 'HANDLER_FAILED',
      [deadLetterHeaders.attempts]: '3',
    },
  });
  await listRecords(corner.database, await readAll(corner.kafka, topics.deadLetters), quiet);
}

const states = async (db = corner.database) =>
  (
    await db.query<{ event_id: string; state: string }>('select event_id, state from delivery order by id')
  ).map(({ event_id, state }) => `${event_id} ${state}`);

describe('on a running system', () => {
  beforeEach(async () => {
    corner = await suite();
    producer = new KafkaProducer(corner.kafka);
  });
  afterEach(async () => {
    await producer.close();
    await corner.end();
  });

  test('list shows both kinds in one list, finds, pages, and says when there is nothing', async () => {
    expect(await run('list')).toMatchObject({ code: 1, out: 'No dead letters.' });
    await die('e1', 'no such \u001b[31mroom');
    await bury('e2');
    const { code, out } = await run('list');
    expect(code).toBe(0);
    expect(out).toMatch(
      /k-2-0 .*acme .*enricher .*HANDLER_FAILED\nd-1 .*acme .*one .*no such \uFFFD\[31mroom/,
    );
    expect(out).toContain('2 of 2');
    const first = JSON.parse((await run('list --limit 1 --json')).out);
    expect(first).toMatchObject({ total: 2, letters: [{ id: 'k-2-0', attempts: 3 }] });
    const second = JSON.parse((await run(`list --limit 1 --json --after ${first.next}`)).out);
    expect(second).toMatchObject({ next: null, letters: [{ id: 'd-1' }] });
    expect((await run('list --reason ROOM --since 1h --tenant acme --integration one')).out).toContain(
      '1 of 1',
    );
    expect((await run('list --until 1h')).code).toBe(1);
  });

  test('show tells no personal data unless asked, and saves the body for edit', async () => {
    await die('e1', 'no such room');
    await bury('e2');
    for (const id of ['d-1', 'k-2-0']) {
      for (const form of ['', '--json']) {
        const { code, out } = await run(`show ${id} ${form} --save ${id}${form}.json`);
        expect(code).toBe(0);
        expect(out).toContain(conversationEscalated.type);
        expect(out).not.toContain(MAIL);
        expect((await run(`show ${id} --body ${form}`)).out.split(MAIL).length).toBeGreaterThanOrEqual(3);
      }
    }
    expect((await run('show d-1')).out).toMatch(
      /1 .*12 ms .*rejected .*404 .*POST api.example.com\/rooms .*no such room/,
    );
    const saved = join(folder, 'd-1.json');
    expect(readFileSync(saved, 'utf8')).toBe(body('e1'));
    expect(statSync(saved).mode & 0o077).toBe(0);
    expect(await run('show d-1 --save d-1.json')).toMatchObject({
      code: 2,
      err: expect.stringContaining('EEXIST'),
    });
    expect(await run('show d-7')).toMatchObject({ code: 1 });
  });

  test('edit checks, and replay sends what was edited', async () => {
    await bury('e2');
    writeFileSync(join(folder, 'wrong.json'), '{"event":"x","data":{}}');
    writeFileSync(join(folder, 'right.json'), body('other'));
    expect(await run('edit k-2-0 --file wrong.json')).toMatchObject({
      code: 1,
      err: expect.stringContaining('event: is not'),
    });
    expect((await run('edit k-2-0 --file wrong.json --force')).code).toBe(0);
    expect((await run('edit k-2-0 --original')).code).toBe(0);
    expect((await run('edit k-2-0 --file right.json --by bob')).code).toBe(0);
    expect((await run('edit k-2-0 --file -', { input: async () => Buffer.from(body('typed')) })).code).toBe(
      0,
    );
    expect((await run('show k-2-0')).out).toContain('edited');
    expect(await run('replay k-2-0')).toMatchObject({
      code: 0,
      out: expect.stringContaining('Replayed 1 record'),
    });
    const [sent] = await readAll(corner.kafka, topics.events);
    expect(sent?.value?.toString()).toBe(body('typed'));
    const actors = await corner.database.query(
      'select actor, verb, forced from dead_letter_action order by id',
    );
    expect(actors).toEqual([
      { actor: 'ann', verb: 'edit', forced: true },
      { actor: 'ann', verb: 'edit', forced: false },
      { actor: 'bob', verb: 'edit', forced: false },
      { actor: 'ann', verb: 'edit', forced: false },
      { actor: 'ann', verb: 'replay', forced: false },
    ]);
  });

  test('more than one is replayed or discarded only by a yes', async () => {
    for (const event of ['e1', 'e2', 'e3']) await die(event, 'no such room');
    expect(await run('replay --all')).toMatchObject({
      code: 2,
      err: expect.stringContaining('Replay 3 deliveries?'),
    });
    const asked: string[] = [];
    const ask = (answer: boolean) => async (question: string) => {
      asked.push(question);
      return answer;
    };
    expect((await run('replay --reason room', { ask: ask(false) })).code).toBe(1);
    expect(await states()).toEqual(['e1 dead', 'e2 dead', 'e3 dead']);
    expect(await run('replay d-1 d-2 d-99', { ask: ask(true) })).toMatchObject({
      code: 1,
      out: expect.stringMatching(/^Replayed 2 deliveries .*\n1 is dead no more, or not there\.$/),
    });
    expect(asked).toEqual(['Replay 3 deliveries?', 'Replay 2 deliveries?']);
    expect(await states()).toEqual(['e1 waiting', 'e2 waiting', 'e3 dead']);
    expect(await run('discard --all')).toMatchObject({ code: 2, err: expect.stringContaining('--why') });
    expect(await run('discard --all --why closed')).toMatchObject({ code: 0 });
    expect(await states()).toEqual(['e1 waiting', 'e2 waiting', 'e3 skipped']);
    expect((await run('discard --all --why closed --yes')).code).toBe(1);
    expect((await run('show d-3')).out).toMatch(/discarded .*by ann because: closed/);
  });

  test('a dry run changes nothing and says when nobody can tell', async () => {
    await die('e1', 'no such room');
    await bury('e2');
    const { code, out } = await run('replay --all --dry-run');
    expect(code).toBe(1);
    expect(out).toContain('d-1  no process of sink-probe runs');
    expect(out).toContain(`k-2-0  to ${corner.kafka.topicPrefix}${topics.events.name}, partition 2`);
    expect(out).toContain('Would replay 1 delivery and 1 record.');
    expect(await states()).toEqual(['e1 dead']);
    expect(await readAll(corner.kafka, topics.events)).toEqual([]);
  });

  test('without brokers deliveries are replayed and records are refused', async () => {
    await die('e1', 'no such room');
    await bury('e2');
    const nowhere = { out: undefined };
    expect(await run('replay --all --yes', nowhere)).toMatchObject({
      code: 2,
      err: expect.stringContaining('KAFKA_BROKERS'),
    });
    expect(await states()).toEqual(['e1 dead']);
    expect((await run('replay --kind delivery', nowhere)).code).toBe(0);
    expect(await states()).toEqual(['e1 waiting']);
  });

  test('the command itself: help, and a list of the database that is named', async () => {
    await die('e1', 'no such room');
    const call = (...args: string[]) =>
      spawnSync(process.execPath, ['tools/build/run.mjs', '--plain', 'tools/dlq/main.ts', ...args], {
        cwd: root,
        encoding: 'utf8',
        env: { ...process.env, ...corner.env },
      });
    const { status, stdout } = call('replay', '--help');
    expect([status, stdout]).toEqual([0, expect.stringContaining('--dry-run')]);
    const listed = call('list', '--json');
    expect(listed.stderr).toBe('');
    expect([listed.status, JSON.parse(listed.stdout)]).toMatchObject([0, { letters: [{ id: 'd-1' }] }]);
    expect(call('list', '--limit', 'x').status).toBe(2);
  });
});

describe('wrong usage', () => {
  let own: Suite;
  beforeAll(async () => {
    own = await suite({ topics: false });
    await die('e1', 'no such room', own.database);
  });
  afterAll(() => own.end());

  test.each([
    [''],
    ['nonsense'],
    ['list d-1'],
    ['list --limit 0'],
    ['list --since yesterday'],
    ['list --kind letter'],
    ['list --after x'],
    ['list --colour'],
    ['show'],
    ['show d-1 d-2'],
    ['show 41'],
    ['edit d-1'],
    ['edit d-1 --file nowhere.json'],
    ['edit d-1 --file x --original'],
    ['replay'],
    ['replay d-1 --all'],
    ['replay d-1 --tenant acme'],
    ['replay d-1 --dry-run --sample 101'],
    ['discard d-1'],
  ])('"%s"', async (line) => {
    const { code, out, err } = await run(line, { db: own.database });
    expect(code).toBe(2);
    expect(out + err).toContain('--help');
    expect(await states(own.database)).toEqual(['e1 dead']);
  });
});

test('a database without our tables, and one that is away, are told apart', async () => {
  const url = process.env['DATABASE_URL'] ?? '';
  const open = (at: string) => createDatabase({ url: at, schema: 'nowhere', logger: quiet });
  const empty = open(url);
  const away = open('postgres://127.0.0.1:1/x');
  expect(await run('list', { db: empty })).toMatchObject({
    code: 2,
    err: expect.stringContaining('migrations'),
  });
  expect(await run('list', { db: away })).toMatchObject({ code: 1, err: expect.stringContaining('is up') });
  await Promise.all([empty.close(), away.close()]);
});
