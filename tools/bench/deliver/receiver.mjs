// The other side of deliveries: answers as its path says and notes what came. A process of its own, in plain Node, so that
// it takes as little as it can of what is measured.
import { createServer } from 'node:http';

const HANG_MS = 30_000;

/**
 * What has come, by path: how many, when the last thousand of them did, and arrivals out of order within a conversation.
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

const server = createServer((request, response) => {
  const path = request.url ?? '';
  if (path === '/_notes') {
    const shown = [...notes].map(([name, { last: _last, ...rest }]) => [name, rest]);
    response.end(JSON.stringify(Object.fromEntries(shown)));
    return;
  }
  if (path === '/_counts') {
    response.end(JSON.stringify(Object.fromEntries([...notes].map(([name, { count }]) => [name, count]))));
    return;
  }
  if (path === '/_forget') {
    notes.clear();
    response.end();
    return;
  }
  let body = '';
  request.setEncoding('utf8').on('data', (chunk) => (body += chunk));
  request.on('end', () => {
    note(path, body);
    if (path.startsWith('/hang')) setTimeout(() => response.writeHead(504).end(), HANG_MS);
    else if (path.startsWith('/500')) response.writeHead(500).end('server_error');
    else if (path.startsWith('/429')) response.writeHead(429, { 'retry-after': '2' }).end('rate_limited');
    else response.end('ok');
  });
});
server.keepAliveTimeout = 60_000;
server.listen(Number(process.argv[2]), '127.0.0.1');
