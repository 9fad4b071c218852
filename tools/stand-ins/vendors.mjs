// The stand-ins of the vendors and of the platform's API for the bench of the whole system, in a separate process. They
// answer at once and store when the first effect of each event came.
// Argument: PORT.
import { createServer } from 'node:http';

/** Milliseconds since the epoch, by `run_number` of the event. @type {Map<string, number>} */
const first = new Map();
let effects = 0;

const answers = {
  contact: JSON.stringify({ status: 'COMPLETE', results: [{ id: '1001' }] }),
  note: JSON.stringify({ id: '2002' }),
  conversation: JSON.stringify({ id: 'x', message_count: 4, duration_minutes: 3 }),
};

const server = createServer((request, response) => {
  const chunks = /** @type {Buffer[]} */ ([]);
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    const path = request.url ?? '';
    if (path === '/_effects') return void response.end(JSON.stringify([...first]));
    if (path === '/_counts') return void response.end(JSON.stringify({ events: first.size, effects }));
    if (path === '/_forget') {
      first.clear();
      effects = 0;
      return void response.end('ok');
    }
    if (path.startsWith('/helpninja')) return json(response, answers.conversation);
    const event = /conv_([0-9a-f]+_\d+)/.exec(Buffer.concat(chunks).toString())?.[1];
    if (event !== undefined) {
      effects += 1;
      if (!first.has(event)) first.set(event, performance.timeOrigin + performance.now());
    }
    if (path.startsWith('/slack')) return void response.setHeader('content-type', 'text/plain').end('ok');
    return json(response, path.endsWith('/batch/upsert') ? answers.contact : answers.note);
  });
});
// A connection that is idle between two rates is not closed under its owner.
server.keepAliveTimeout = 600_000;
server.listen(Number(process.argv[2]), '127.0.0.1');

/** @param {import('node:http').ServerResponse} response @param {string} text */
function json(response, text) {
  response.setHeader('content-type', 'application/json').end(text);
}
