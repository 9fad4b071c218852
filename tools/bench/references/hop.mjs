// A reference: one hop through Kafka with kafkajs alone. Each record is sent by itself at a fixed rate, and read again.
// Latency counts from when a record was due.
// Arguments: BROKERS TOPIC GROUP PER_SECOND SECONDS WARM_UP_SECONDS RESULT_FILE
import { writeFileSync } from 'node:fs';
import kafkajs from 'kafkajs';

const VALUE_BYTES = 600;

const [brokers = '', topic = '', groupId = '', ...rest] = process.argv.slice(2);
const [perSecond = 0, seconds = 0, warmUpSeconds = 0] = rest.slice(0, 3).map(Number);
const resultFile = rest[3] ?? '';
const warmUp = perSecond * warmUpSeconds;
const count = perSecond * seconds + warmUp;

const kafka = new kafkajs.Kafka({ brokers: brokers.split(','), logLevel: kafkajs.logLevel.ERROR });
const producer = kafka.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
const consumer = kafka.consumer({ groupId, maxWaitTimeInMs: 100 });
await Promise.all([producer.connect(), consumer.connect()]);
await consumer.subscribe({ topics: [topic] });
const joined = new Promise((resolve) => consumer.on(consumer.events.GROUP_JOIN, resolve));
const fetching = new Promise((resolve) => consumer.on(consumer.events.FETCH_START, resolve));

/** @type {number[]} */
const latencies = [];
let read = 0;
/** @type {() => void} */
let complete = () => {};
const all = new Promise((resolve) => (complete = () => resolve(undefined)));
await consumer.run({
  async eachMessage({ message }) {
    const arrived = performance.now();
    const [number = 0, due = 0] = String(message.key).split(' ').map(Number);
    if (latencies[number] === undefined) read += 1;
    latencies[number] ??= arrived - due;
    if (read === count) complete();
  },
});
await Promise.all([joined, fetching]);

const begin = performance.now();
const value = Buffer.alloc(VALUE_BYTES, 'x');
/** @type {Promise<unknown>[]} */
const sends = [];
while (sends.length < count) {
  const due = Math.min(count, Math.floor(((performance.now() - begin) * perSecond) / 1000) + 1);
  while (sends.length < due) {
    const key = `${sends.length} ${begin + (sends.length / perSecond) * 1000}`;
    sends.push(producer.send({ topic, acks: -1, messages: [{ key, value }] }));
  }
  await new Promise((resolve) => setTimeout(resolve, 1));
}
await Promise.all(sends);
await all;
writeFileSync(resultFile, JSON.stringify({ latencies: latencies.slice(warmUp) }));
await Promise.all([producer.disconnect(), consumer.disconnect()]);
