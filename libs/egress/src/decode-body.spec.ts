// Compressed responses over real HTTP: they are decoded, within the size limit of a response.
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { HttpClient } from './index.ts';

const MOST = 10_000;
const plain = JSON.stringify({ id: '51', text: 'ä'.repeat(500) });

let server: Server;
let answer: { readonly coding: string; readonly bytes: Buffer };
let asked: string | undefined;
const client = new HttpClient({ maxResponseBytes: MOST });

beforeAll(async () => {
  server = createServer((request, response) => {
    asked = String(request.headers['accept-encoding']);
    response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': answer.coding });
    response.end(answer.bytes);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  await client.close();
  await new Promise((resolve) => server.close(resolve));
});

function get(coding: string, bytes: Buffer) {
  answer = { coding, bytes };
  const { port } = server.address() as AddressInfo;
  return client.request({ method: 'GET', url: `http://127.0.0.1:${port}/`, endpoint: '/' });
}

test.each([
  ['gzip', gzipSync(plain)],
  ['x-gzip', gzipSync(plain)],
  ['GZIP', gzipSync(plain)],
  ['deflate', deflateSync(plain)],
  ['deflate', deflateRawSync(plain)],
  ['br', brotliCompressSync(plain)],
  ['identity', Buffer.from(plain)],
  ['gzip, br', brotliCompressSync(gzipSync(plain))],
])('an answer in %s is read, and its headers speak of the text', async (coding, bytes) => {
  const reply = await get(coding, bytes);
  expect(reply).toMatchObject({ status: 200, text: plain });
  expect(reply.json()).toMatchObject({ id: '51' });
  expect(Object.keys(reply.headers)).not.toEqual(expect.arrayContaining(['content-encoding']));
  expect(Object.keys(reply.headers)).not.toEqual(expect.arrayContaining(['content-length']));
  expect(reply.headers['content-type']).toBe('application/json');
  expect(asked).toBe('gzip, deflate, br');
});

const bomb = Buffer.alloc(1_000_000);

test.each([
  ['gzip', gzipSync(bomb)],
  ['deflate', deflateSync(bomb)],
  ['br', brotliCompressSync(bomb)],
  ['gzip, gzip', gzipSync(gzipSync(bomb))],
])('a bomb in %s is refused with its status', async (coding, bytes) => {
  expect(bytes.length).toBeLessThan(MOST);
  await expect(get(coding, bytes)).rejects.toMatchObject({ code: 'RESPONSE_TOO_LARGE', status: 200 });
});

test.each([
  ['gzip', Buffer.from('{"id":"51"}')],
  ['gzip', gzipSync(plain).subarray(0, 40)],
  ['zstd', Buffer.from('x')],
  ['constructor', Buffer.from('x')],
  ['gzip', Buffer.alloc(0)],
  ['gzip, gzip, gzip, gzip', gzipSync(plain)],
])('an answer in %s that cannot be decoded is an answer without a text', async (coding, bytes) => {
  expect(await get(coding, bytes)).toMatchObject({ status: 200, text: '' });
});
