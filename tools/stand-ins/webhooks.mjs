// The other side of deliveries in benches: answers as its path says, and records what came. A separate process that
// reads only as much HTTP as our clients send (a request line, a length, a body), so that it uses little of the machine
// that is measured.
import { createServer } from 'node:net';

const HANG_MS = 30_000;
const SLOW_MS = 5_000;

/**
 * What has come, by path: how many, when the last thousand of them did, and arrivals out of order within a
 * conversation.
 * @type {Map<string, { count: number, disordered: number, repeated: number, arrivals: [number, number][], last: Map<string, number> }>}
 */
const notes = new Map();

const now = () => performance.timeOrigin + performance.now();

/** @param {string} path @param {string} body */
function note(path, body) {
  let of = notes.get(path);
  if (of === undefined) {
    of = { count: 0, disordered: 0, repeated: 0, arrivals: [], last: new Map() };
    notes.set(path, of);
  }
  of.count += 1;
  const number = Number(/: n(\d+)"/.exec(body)?.[1]);
  const conversation = /\/conversations\/(conv_\d+)/.exec(body)?.[1] ?? '';
  const before = of.last.get(conversation) ?? -1;
  if (number === before) of.repeated += 1;
  else if (number < before) of.disordered += 1;
  of.last.set(conversation, number);
  of.arrivals.push([number, now()]);
}

/** @param {number} status @param {string} [body] @param {string} [headers] */
const answer = (status, body = '', headers = '') =>
  `HTTP/1.1 ${status} Status\r\n${headers}content-length: ${body.length}\r\n\r\n${body}`;

const OK = answer(200, 'ok');

/** What a request is answered, at once or later. @param {string} path @param {string} body */
function answerTo(path, body) {
  if (path === '/_notes') {
    const shown = [...notes].map(([name, { last: _last, ...rest }]) => [name, rest]);
    return answer(200, JSON.stringify(Object.fromEntries(shown)));
  }
  if (path === '/_counts') {
    return answer(
      200,
      JSON.stringify(Object.fromEntries([...notes].map(([name, { count }]) => [name, count]))),
    );
  }
  if (path === '/_forget') {
    notes.clear();
    return OK;
  }
  note(path, body);
  if (path.startsWith('/hang')) return new Promise((resolve) => setTimeout(resolve, HANG_MS, answer(504)));
  if (path.startsWith('/slow')) return new Promise((resolve) => setTimeout(resolve, SLOW_MS, OK));
  if (path.startsWith('/500')) return answer(500, 'server_error');
  if (path.startsWith('/429')) return answer(429, 'rate_limited', 'retry-after: 2\r\n');
  return OK;
}

/** The first request of what was read, and where it ends; nothing while it is not whole. @param {string} read */
function requestIn(read) {
  const head = read.indexOf('\r\n\r\n');
  if (head < 0) return undefined;
  const start = head + 4;
  const length = /\r\ncontent-length: (\d+)/i.exec(read.slice(0, start))?.[1] ?? '0';
  const end = start + Number(length);
  if (read.length < end) return undefined;
  return {
    path: read.slice(read.indexOf(' ') + 1, read.indexOf(' HTTP/')),
    body: read.slice(start, end),
    end,
  };
}

const server = createServer((socket) => {
  let read = '';
  // A character for each byte: a length counts bytes, and nothing but ASCII is looked for.
  socket.setEncoding('latin1').on('data', async (chunk) => {
    read += chunk;
    for (let request = requestIn(read); request !== undefined; request = requestIn(read)) {
      read = read.slice(request.end);
      const answered = answerTo(request.path, request.body);
      socket.write(typeof answered === 'string' ? answered : await answered);
    }
  });
  // Whoever is killed resets its connections.
  socket.on('error', () => socket.destroy());
});
server.listen(Number(process.argv[2]), '127.0.0.1');
