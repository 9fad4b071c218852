// A reference: the smallest program that accepts signed webhooks durably. Node's HTTP server, the signature, a batch
// every few milliseconds, `acks=all`; no framework, validation, headers or metrics.
// Arguments: BROKERS TOPIC PORT; the secret in SECRET.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';
import kafkajs from 'kafkajs';

const LINGER_MS = 3;

const [brokers = '', topic = '', port = ''] = process.argv.slice(2);
const secret = process.env['SECRET'] ?? '';

const kafka = new kafkajs.Kafka({ brokers: brokers.split(','), logLevel: kafkajs.logLevel.ERROR });
const producer = kafka.producer({
  idempotent: true,
  maxInFlightRequests: 5,
  createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
});

/** @typedef {{ message: import('kafkajs').Message, resolve: () => void, reject: (error: unknown) => void }} Waiting */
/** @type {Waiting[]} */
let waiting = [];

async function flush() {
  const batch = waiting;
  waiting = [];
  try {
    await producer.send({ topic, acks: -1, messages: batch.map(({ message }) => message) });
    for (const { resolve } of batch) resolve();
  } catch (error) {
    for (const { reject } of batch) reject(error);
  }
}

/** @param {import('kafkajs').Message} message @returns {Promise<void>} */
function store(message) {
  return new Promise((resolve, reject) => {
    if (waiting.length === 0) setTimeout(flush, LINGER_MS);
    waiting.push({ message, resolve, reject });
  });
}

/** @param {Buffer} body @param {unknown} header */
function isSigned(body, header) {
  const given = Buffer.from(String(header).replace('sha256=', ''), 'hex');
  const wanted = createHmac('sha256', secret).update(body).digest();
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

/** @param {Buffer} body @param {unknown} signature @returns {Promise<[number, string]>} */
async function answer(body, signature) {
  if (!isSigned(body, signature)) return [401, '{"error":"invalid_signature"}'];
  const { data } = JSON.parse(body.toString());
  await store({ key: data.conversation_id, value: body });
  return [200, '{"received":true}'];
}

await producer.connect();
const server = createServer((request, response) => {
  if (request.method === 'GET') return void response.end('{"status":"healthy"}');
  /** @type {Buffer[]} */
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', async () => {
    const [status, text] = await answer(Buffer.concat(chunks), request.headers['x-helpninja-signature']);
    response.writeHead(status, { 'content-type': 'application/json' }).end(text);
  });
});
server.listen(Number(port), '127.0.0.1');
