// The benches' own access to Kafka: fills topics, and reads the ends of topics and the offsets of groups on one
// connection. It uses plain kafkajs, because libs/kafka is what is measured, and connects for each question.
import kafkajs from 'kafkajs';

const { Kafka, logLevel, Partitioners } = kafkajs;

/** @param {string} brokers host:port, comma separated */
export async function openBroker(brokers) {
  const kafka = new Kafka({
    brokers: brokers.split(','),
    clientId: 'bench',
    logLevel: logLevel.NOTHING,
    retry: { retries: 10, initialRetryTime: 100, maxRetryTime: 1000 },
  });
  const admin = kafka.admin();
  const producer = kafka.producer({
    createPartitioner: Partitioners.DefaultPartitioner,
    allowAutoTopicCreation: false,
  });
  await Promise.all([admin.connect(), producer.connect()]);
  return {
    /**
     * Writes records durably, each to the partition of its key.
     * @param {string} topic
     * @param {import('kafkajs').Message[]} messages
     */
    async write(topic, messages) {
      await producer.send({ topic, messages, acks: -1 });
    },
    /** Records ever written, by topic. @param {readonly string[]} topics @returns {Promise<Map<string, number>>} */
    async ends(topics) {
      const counts = topics.map(async (topic) => {
        const partitions = await admin.fetchTopicOffsets(topic);
        return /** @type {const} */ ([topic, partitions.reduce((sum, { high }) => sum + Number(high), 0)]);
      });
      return new Map(await Promise.all(counts));
    },
    /** Records that a group has finished. @param {string} groupId @param {string} topic */
    async committed(groupId, topic) {
      const [answer] = await admin.fetchOffsets({ groupId, topics: [topic] });
      return (answer?.partitions ?? []).reduce((sum, { offset }) => sum + Math.max(0, Number(offset)), 0);
    },
    /** Members of a group that has settled, 0 of one that has not. @param {string} groupId */
    async members(groupId) {
      const { groups } = await admin.describeGroups([groupId]);
      return groups[0]?.state === 'Stable' ? groups[0].members.length : 0;
    },
    /**
     * Tells of every record of a topic from its beginning, until it is ended.
     * @param {string} topic @param {(record: { id: string, acceptedAt: number, value: Buffer }) => void} onRecord
     * @returns {Promise<() => Promise<void>>} ends it
     */
    async follow(topic, onRecord) {
      const groupId = `${topic}-follower`;
      const consumer = kafka.consumer({ groupId, maxWaitTimeInMs: 20, allowAutoTopicCreation: false });
      await consumer.connect();
      await consumer.subscribe({ topic, fromBeginning: true });
      await consumer.run({
        eachMessage: async ({ message }) =>
          onRecord({
            id: String(message.headers?.['ce_id']),
            acceptedAt: Number(message.timestamp),
            value: message.value ?? Buffer.alloc(0),
          }),
      });
      return () => consumer.disconnect();
    },
    /** Deletes all records of a topic; those that come are numbered on. @param {string} topic */
    async empty(topic) {
      const offsets = await admin.fetchTopicOffsets(topic);
      const partitions = offsets.map(({ partition, high }) => ({ partition, offset: high }));
      await admin.deleteTopicRecords({ topic, partitions });
    },
    /** Deletes every topic whose name begins so. @param {string} prefix */
    async deleteTopics(prefix) {
      const names = await admin.listTopics();
      const topics = names.filter((name) => name.startsWith(prefix));
      if (topics.length > 0) await admin.deleteTopics({ topics });
    },
    /** Forgets how far a group has read, once its members have left. @param {string} groupId */
    async forgetGroup(groupId) {
      await admin.deleteGroups([groupId]);
    },
    async close() {
      await Promise.all([admin.disconnect(), producer.disconnect()]);
    },
  };
}

/** @typedef {Awaited<ReturnType<typeof openBroker>>} Broker */
