import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { type HttpStub, httpStub, type StubAnswer } from './http-stub.ts';

let stub: HttpStub;
let socket: Socket;
const open = async (answer: StubAnswer | Promise<StubAnswer>) => {
  stub = await httpStub(() => answer);
  socket = connect(Number(new URL(stub.url).port), '127.0.0.1');
  socket.setEncoding('utf8').write('POST /x HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\n{}');
};

afterEach(async () => {
  socket.destroy();
  await stub.close();
});

test('a slow body begins at once and continues byte by byte', async () => {
  await open({ status: 201, fault: 'slow-body' });
  let text = '';
  for await (const chunk of socket) {
    text += chunk;
    if (/\r\n\r\n(?:1\r\n \r\n){3}/.test(text)) break;
  }
  expect(text).toMatch(/^HTTP\/1\.1 201 /);
});

test('a half-closed connection ends in the middle of the body, without a reset', async () => {
  await open({ body: { a: 'b' }, fault: 'half-closed' });
  let text = '';
  for await (const chunk of socket) text += chunk;
  expect(text).toContain('content-length: 9\r\n');
  expect(text).toMatch(/\r\n\r\n\{"a"$/);
});

test('a reset cuts the connection after the request was read', async () => {
  await open({ fault: 'reset' });
  const [error] = await once(socket, 'error');
  expect(error).toMatchObject({ code: 'ECONNRESET' });
  expect(stub.requests).toMatchObject([{ method: 'POST', path: '/x', json: {} }]);
});

test('an answer may come later', async () => {
  let say: (answer: StubAnswer) => void = () => undefined;
  const answer = new Promise<StubAnswer>((resolve) => {
    say = resolve;
  });
  await open(answer);
  say({ body: 'late' });
  const [text] = (await once(socket, 'data')) as [string];
  expect(text).toContain('late');
});
