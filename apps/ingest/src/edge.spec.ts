// Bodies that are announced, stall or arrive slowly take no room from others.
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { type RunningService, startOnFreePort } from '@switchboard/service';
import { eventually, type Suite, suite } from '@switchboard/testing';
import { ingest } from './ingest.ts';
import { postSigned } from './test-process.ts';

const secret = 'the-platform-wide-secret-0';
const KIB = 1024;
let corner: Suite;
let service: RunningService;
const sockets: Connection[] = [];

beforeAll(async () => {
  corner = await suite();
  service = await startOnFreePort(ingest, {
    ...corner.env,
    ENCRYPTION_KEY: randomBytes(32).toString('hex'),
    WEBHOOK_SECRET: secret,
    DEFAULT_TENANT: 'acme',
    MAX_INFLIGHT_MIB: '2',
  });
  await eventually(async () => expect(await signed('warm-up')).toBe(200));
});
afterEach(() => {
  for (const { socket } of sockets.splice(0)) socket.destroy();
});
afterAll(async () => {
  await service.stop();
  await corner.end();
});

/** A connection, the response on it, and whether the server has ended it. */
interface Connection {
  readonly socket: Socket;
  answer: string;
  ended: boolean;
}

/** Announces a body and sends a part of it. */
async function announce(announced: number, sent: number): Promise<Connection> {
  const { port } = new URL(service.url);
  const socket = connect(Number(port), '127.0.0.1');
  const talk: Connection = { socket, answer: '', ended: false };
  sockets.push(talk);
  socket.on('data', (bytes) => (talk.answer += String(bytes)));
  socket.on('close', () => (talk.ended = true)).on('error', () => undefined);
  await once(socket, 'connect');
  socket.write(
    `POST /webhooks/helpninja HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${announced}\r\n\r\n`,
  );
  if (sent > 0) await new Promise((written) => socket.write(Buffer.alloc(sent, 'a'), written));
  return talk;
}

const signed = (text: string, bytes = 10) =>
  postSigned(service.url, secret, {
    event: 'message.sent',
    data: { conversation_id: text, text: 'x'.repeat(bytes) },
  });

async function refusals(reason: string): Promise<number> {
  const metrics = await (await fetch(`${service.url}/metrics`)).text();
  const line = new RegExp(`rejected_total\\{reason="${reason}"\\} (\\d+)`).exec(metrics);
  return Number(line?.[1] ?? 0);
}

test('three hundred connections announce bodies and send none: others are served, and these are cut off', async () => {
  const idle = await Promise.all(Array.from({ length: 300 }, () => announce(256 * KIB, 0)));
  for (let number = 0; number < 20; number += 1) expect(await signed(`beside-${number}`)).toBe(200);
  expect(await refusals('busy')).toBe(0);
  await eventually(() => expect(idle.filter(({ ended }) => !ended).map(({ answer }) => answer)).toEqual([]));
  for (const { answer } of idle) expect(answer).toMatch(/^HTTP\/1\.1 408 /);
});

test('stalled bodies of one address take only its share: signed bodies still arrive', async () => {
  const stalled = await Promise.all(Array.from({ length: 40 }, () => announce(256 * KIB, 200 * KIB)));
  await eventually(async () => expect(await refusals('too_slow')).toBeGreaterThan(300));
  for (let number = 0; number < 20; number += 1) expect(await signed(`large-${number}`, 200 * KIB)).toBe(200);
  await eventually(() =>
    expect(stalled.filter(({ ended }) => !ended).map(({ answer }) => answer)).toEqual([]),
  );
  expect(await refusals('busy')).toBe(0);
});

test('a slow body that keeps arriving is read', async () => {
  const body = JSON.stringify({ event: 'message.sent', data: { conversation_id: 'slow' } });
  const talk = await announce(Buffer.byteLength(body), 0);
  for (const character of body) {
    await new Promise((written) => talk.socket.write(character, written));
    await new Promise((turn) => setImmediate(turn));
  }
  // It has no signature, which is checked only when the body has arrived.
  await eventually(() => expect(talk.answer).toMatch(/^HTTP\/1\.1 401 /));
});

test('an interrupted body gives its bytes back', async () => {
  // More in all than the budget allows.
  for (let round = 1; round <= 6; round += 1) {
    const half = await Promise.all(Array.from({ length: 4 }, () => announce(200 * KIB, 100 * KIB)));
    for (const { socket } of half) socket.destroy();
    await eventually(async () => expect(await refusals('broken_off')).toBeGreaterThanOrEqual(4 * round));
  }
  expect(await signed('after', 200 * KIB)).toBe(200);
});

test('bodies for a path that does not exist give their bytes back', async () => {
  const body = JSON.stringify({ text: 'x'.repeat(200 * KIB) });
  for (let number = 0; number < 12; number += 1) {
    const reply = await fetch(`${service.url}/nowhere`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    await reply.arrayBuffer();
    expect(reply.status).toBe(404);
  }
  expect(await signed('after-nowhere', 200 * KIB)).toBe(200);
});
