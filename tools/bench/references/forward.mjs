// A reference: the router's job with kafkajs alone, as fast as possible without a framework. It forwards batches of
// several partitions at a time, with the same bytes, headers and partition.
// Arguments: BROKERS GROUP INPUT TYPE=TOPIC[,TOPIC]...
import kafkajs from 'kafkajs';

const CHUNK = 1000;
const PARTITIONS_AT_A_TIME = 3;

const [brokers = '', groupId = '', input = '', ...pairs] = process.argv.slice(2);
/** @type {Map<string, string[]>} */
const routes = new Map();
for (const pair of pairs) {
  const [type = '', outputs = ''] = pair.split('=');
  routes.set(type, outputs.split(',').filter(Boolean));
}

const kafka = new kafkajs.Kafka({ brokers: brokers.split(','), logLevel: kafkajs.logLevel.ERROR });
const producer = kafka.producer({ idempotent: true, allowAutoTopicCreation: false });
const consumer = kafka.consumer({ groupId, maxWaitTimeInMs: 100, allowAutoTopicCreation: false });

/**
 * By topic, as sendBatch wants them.
 * @param {import('kafkajs').KafkaMessage[]} records @param {number} partition
 */
function routed(records, partition) {
  /** @type {Map<string, import('kafkajs').Message[]>} */
  const byTopic = new Map();
  for (const { key, value, headers = {}, timestamp } of records) {
    for (const topic of routes.get(String(headers['ce_type'])) ?? []) {
      const messages = byTopic.get(topic) ?? [];
      messages.push({ key, value, headers, timestamp, partition });
      byTopic.set(topic, messages);
    }
  }
  return [...byTopic].map(([topic, messages]) => ({ topic, messages }));
}

await producer.connect();
await consumer.connect();
await consumer.subscribe({ topics: [input], fromBeginning: true });
await consumer.run({
  partitionsConsumedConcurrently: PARTITIONS_AT_A_TIME,
  eachBatchAutoResolve: false,
  async eachBatch({ batch, resolveOffset, heartbeat }) {
    for (let from = 0; from < batch.messages.length; from += CHUNK) {
      const records = batch.messages.slice(from, from + CHUNK);
      await producer.sendBatch({ acks: -1, topicMessages: routed(records, batch.partition) });
      resolveOffset(records.at(-1)?.offset ?? '');
      await heartbeat();
    }
  },
});
