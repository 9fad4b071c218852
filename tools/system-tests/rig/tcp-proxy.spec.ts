// Each condition of the way, seen from both ends by a server that answers what it is sent.
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { eventually } from '@switchboard/testing';
import { startProxy, type TcpProxy } from './tcp-proxy.ts';

let server: Server;
let proxy: TcpProxy;
/** What reached the server. */
let arrived = '';
const clients: Client[] = [];

beforeAll(async () => {
  server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (bytes) => {
      arrived += bytes;
      socket.write(bytes);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  proxy = await startProxy((server.address() as AddressInfo).port);
});
beforeEach(() => {
  arrived = '';
  proxy.become('normal');
});
afterEach(() => {
  for (const client of clients.splice(0)) client.socket.destroy();
});
afterAll(async () => {
  await proxy.close();
  await new Promise((resolve) => server.close(resolve));
});

interface Client {
  readonly socket: Socket;
  answers: string;
  broken: string | undefined;
}

function client(): Client {
  const socket = connect(proxy.port, '127.0.0.1');
  const one: Client = { socket, answers: '', broken: undefined };
  socket.on('data', (bytes) => (one.answers += bytes));
  socket.on('error', (error: NodeJS.ErrnoException) => (one.broken = error.code));
  clients.push(one);
  return one;
}

const answered = (one: Client, text: string) => eventually(() => expect(one.answers).toBe(text));

test('normal: what is sent arrives and is answered, and an end is an end', async () => {
  const one = client();
  one.socket.end('hello');
  await answered(one, 'hello');
  await eventually(() => expect(one.socket.destroyed).toBe(true));
  expect(one.broken).toBeUndefined();
});

test('latency is paid each way, and what is sent before a change stays before what is sent after it', async () => {
  const one = client();
  one.socket.write('a');
  await answered(one, 'a');
  proxy.become({ latencyMs: 150 });
  const sent = performance.now();
  one.socket.write('b');
  await eventually(() => expect(arrived).toBe('ab'));
  // A timer may fire up to a millisecond early.
  expect(performance.now() - sent).toBeGreaterThanOrEqual(149);
  proxy.become('normal');
  one.socket.write('c');
  await answered(one, 'abc');
  proxy.become({ latencyMs: 150 });
  const again = performance.now();
  one.socket.write('d');
  await answered(one, 'abcd');
  expect(performance.now() - again).toBeGreaterThanOrEqual(298);
});

test('reset: who is connected is cut off, who comes is refused, until it is over', async () => {
  const there = client();
  there.socket.write('a');
  await answered(there, 'a');
  proxy.become('reset');
  await eventually(() => expect(there.broken).toBe('ECONNRESET'));
  const late = client();
  await eventually(() => expect(late.broken).toBe('ECONNRESET'));
  proxy.become('normal');
  const after = client();
  after.socket.write('b');
  await answered(after, 'b');
  expect(arrived).toBe('ab');
});

test('requests cut: the server hears nothing until the way is open, and then all of it', async () => {
  const one = client();
  one.socket.write('a');
  await answered(one, 'a');
  proxy.become({ cut: 'requests' });
  one.socket.write('b');
  const other = await direct();
  other.write('-');
  // The server is awake: what was sent before has not come.
  await eventually(() => expect(arrived).toBe('a-'));
  other.destroy();
  proxy.become('normal');
  await answered(one, 'ab');
});

test('answers cut: the server hears everything, the client nothing until the way is open', async () => {
  const one = client();
  one.socket.write('a');
  await answered(one, 'a');
  proxy.become({ cut: 'answers' });
  one.socket.write('b');
  await eventually(() => expect(arrived).toBe('ab'));
  one.socket.write('c');
  await eventually(() => expect(arrived).toBe('abc'));
  expect(one.answers).toBe('a');
  proxy.become('normal');
  await answered(one, 'abc');
});

test('a server that is away is a broken connection', async () => {
  const nobody = createServer();
  await new Promise<void>((resolve) => nobody.listen(0, '127.0.0.1', resolve));
  const { port } = nobody.address() as AddressInfo;
  await new Promise((resolve) => nobody.close(resolve));
  const way = await startProxy(port);
  const socket = connect(way.port, '127.0.0.1');
  const broken = new Promise<NodeJS.ErrnoException>((resolve) => socket.once('error', resolve));
  expect((await broken).code).toBe('ECONNRESET');
  await way.close();
});

function direct(): Promise<Socket> {
  const { port } = server.address() as AddressInfo;
  return new Promise((resolve) => {
    const socket: Socket = connect(port, '127.0.0.1', () => resolve(socket));
  });
}

test('whoever meets a condition is counted, and nobody else', async () => {
  const one = client();
  one.socket.write('a');
  await answered(one, 'a');
  const before = proxy.touched;
  proxy.become({ latencyMs: 20 });
  proxy.become('normal');
  expect(proxy.touched).toBe(before);
  proxy.become({ latencyMs: 20 });
  one.socket.write('b');
  await answered(one, 'ab');
  expect(proxy.touched).toBeGreaterThanOrEqual(before + 2);

  const late = proxy.touched;
  proxy.become({ cut: 'requests' });
  one.socket.write('c');
  await eventually(() => expect(one.socket.bytesWritten).toBe(3));
  expect(proxy.touched).toBe(late);
  proxy.become('normal');
  await answered(one, 'abc');
  expect(proxy.touched).toBe(late + 1);

  proxy.become({ cut: 'answers' });
  one.socket.destroy();
  await eventually(() => expect(proxy.touched).toBe(late + 2));
  const connected = client();
  proxy.become('reset');
  await eventually(() => expect(connected.broken).toBe('ECONNRESET'));
  expect(proxy.touched).toBeGreaterThan(late + 2);
});
