// A connection whose request has timed out, against a server that stops in the middle of its first answer.
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import Connection from 'kafkajs/src/network/connection.js';
import metadataApi from 'kafkajs/src/protocol/requests/metadata/index.js';
import { framesTo, requestHeader } from '../test-frames.ts';
import './install.ts';

const quiet = { debug: () => undefined, error: () => undefined, warn: () => undefined };

/** The first connection gets half an answer and nothing more; a later one gets `ok` for each request. */
const sockets: Socket[] = [];
const server = createServer((socket) => {
  sockets.push(socket.on('error', () => undefined));
  const first = sockets.length === 1;
  const answer = (frame: Buffer): void => {
    if (first) {
      socket.write(Buffer.from([0, 0, 0, 100, 0, 0]));
      return;
    }
    const bytes = Buffer.from([0, 0, 0, 6, 0, 0, 0, 0, 'o'.charCodeAt(0), 'k'.charCodeAt(0)]);
    bytes.writeInt32BE(requestHeader(frame).correlationId, 4);
    socket.write(bytes);
  };
  socket.on('data', framesTo(answer));
});
beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
afterAll(() => new Promise((resolve) => server.close(resolve)));

test('a timeout ends the connection and all its requests; the next one begins anew', async () => {
  const connection = new Connection({
    host: '127.0.0.1',
    port: (server.address() as AddressInfo).port,
    logger: { namespace: () => quiet },
    clientId: 'spec',
    requestTimeout: 300,
    connectionTimeout: 5000,
    socketFactory: ({ host, port, onConnect }: { host: string; port: number; onConnect: () => void }) =>
      connect({ host, port }, onConnect),
  });
  const bytes = (answer: unknown) => Promise.resolve(answer);
  const ask = () => {
    const { request } = metadataApi.protocol({ version: 6 })({ topics: [] });
    return connection.send({ request, response: { decode: bytes, parse: bytes } });
  };
  await connection.connect();
  const closed = new Promise((resolve) => sockets[0]?.once('close', resolve));
  const timedOut = { name: 'KafkaJSRequestTimeoutError' };
  const long = { ...metadataApi.protocol({ version: 6 })({ topics: [] }), requestTimeout: 60_000 };
  const other = expect(connection.send(long)).rejects.toMatchObject(timedOut);
  await expect(ask()).rejects.toMatchObject(timedOut);
  await other;
  await closed;
  expect(connection.isConnected()).toBe(false);
  await connection.connect();
  expect(String(await ask())).toBe('ok');
  await connection.disconnect();
});
