// A stand-in of the platform's API for benches: a separate process in plain Node that answers a conversation's details
// after a delay, and counts its calls.
import { createServer } from 'node:http';

const delayMs = Number(process.argv[3] ?? 0);
let calls = 0;

/** @param {string} id */
const details = (id) => ({
  id,
  message_count: 4,
  customer_email: 'ann@example.com',
  first_message: 'I was charged twice for the Team plan this month.',
  summary: 'Asks for a refund of a double charge before Friday.',
  topics: ['billing'],
});

const server = createServer((request, response) => {
  const { url = '' } = request;
  const [, id] = /^\/v1\/conversations\/([^/?]+)$/.exec(url) ?? [];
  const body = url === '/_calls' ? { calls } : details(id ?? '');
  const status = url === '/_calls' || id !== undefined ? 200 : 404;
  if (id !== undefined) calls += 1;
  const answer = () =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  if (id === undefined) answer();
  else setTimeout(answer, delayMs);
});
server.listen(Number(process.argv[2]), '127.0.0.1');
