// Sends signed webhooks as fast as they are answered, from a separate process, so that the load does not share a thread
// with the counting.
// Arguments: URL REQUESTS_FILE RESULT_FILE CONNECTIONS SECONDS [REQUESTS_PER_SECOND]
import { readFileSync, writeFileSync } from 'node:fs';
import autocannon from 'autocannon';

const [url = '', requestsFile = '', resultFile = '', connections = '', seconds = '', rate] =
  process.argv.slice(2);

/** @type {{ body: string, signature: string, path?: string }[]} */
const signed = JSON.parse(readFileSync(requestsFile, 'utf8'));
const requests = signed.map(({ body, signature, path }) => ({
  ...(path === undefined ? {} : { path }),
  method: /** @type {const} */ ('POST'),
  body,
  headers: { 'content-type': 'application/json', 'x-helpninja-signature': signature },
}));
const each = Math.floor(requests.length / Number(connections));
let clients = 0;
const result = await autocannon({
  url,
  connections: Number(connections),
  duration: Number(seconds),
  ...(rate === undefined ? {} : { overallRate: Number(rate) }),
  requests: requests.slice(0, 1),
  setupClient(client) {
    // Bodies of its own for each connection: the same one is not under way twice.
    client.setRequests(requests.slice(clients * each, (clients + 1) * each));
    clients += 1;
  },
});
writeFileSync(
  resultFile,
  JSON.stringify({
    perSecond: result.requests.average,
    accepted: result['2xx'],
    p50: result.latency.p50,
    p99: result.latency.p99,
    refused: result.non2xx + result.errors + result.timeouts,
  }),
);
