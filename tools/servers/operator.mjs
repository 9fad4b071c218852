// What operators of brokers do: reads and orders that no service needs, so they are not in libs/kafka.
import kafkajs from 'kafkajs';

/**
 * @param {readonly string[]} brokers host:port
 * @returns {Promise<string[]>} a line for each partition with a copy that is not in sync
 */
export function laggingPartitions(brokers) {
  return asOperator(brokers, async (admin) => {
    const { topics } = await admin.fetchTopicMetadata();
    return topics.flatMap(({ name, partitions }) =>
      partitions
        .filter(({ leader, isr, replicas }) => leader < 0 || isr.length < replicas.length)
        .map(
          ({ partitionId, leader, isr, replicas }) =>
            `${name}/${partitionId}: leader ${leader}, copies ${replicas}, in sync ${isr}`,
        ),
    );
  });
}

/**
 * Deletes a topic with all its records and makes it again with so many partitions.
 * @param {readonly string[]} brokers host:port @param {string} topic its name on the broker @param {number} partitions
 */
export function remakeTopic(brokers, topic, partitions) {
  return asOperator(brokers, async (admin) => {
    await admin.deleteTopics({ topics: [topic] });
    const made = await admin.createTopics({
      topics: [{ topic, numPartitions: partitions }],
      waitForLeaders: false,
    });
    if (!made) throw new Error(`making ${topic} again: it is still there; try again`);
  });
}

/**
 * Gives a topic more partitions.
 * @param {readonly string[]} brokers host:port @param {string} topic its name on the broker @param {number} partitions
 */
export function growTopic(brokers, topic, partitions) {
  return asOperator(brokers, async (admin) => {
    await admin.createPartitions({ topicPartitions: [{ topic, count: partitions }] });
  });
}

/**
 * Reads the replication of all topics whose names begin with `prefix`: the smallest number of copies of any partition,
 * and `min.insync.replicas`. All brokers must be up.
 * @param {readonly string[]} brokers each as host:port @param {string} prefix
 */
export function copiesOfTopics(brokers, prefix) {
  return asOperator(brokers, async (admin) => {
    const { topics } = await admin.fetchTopicMetadata();
    const own = topics.filter(({ name }) => name.startsWith(prefix));
    if (own.length === 0) return [];
    const type = kafkajs.ConfigResourceTypes.TOPIC;
    const { resources } = await admin.describeConfigs({
      includeSynonyms: false,
      resources: own.map(({ name }) => ({ type, name, configNames: ['min.insync.replicas'] })),
    });
    return own.map(({ name, partitions }) => {
      const [least] = resources.find(({ resourceName }) => resourceName === name)?.configEntries ?? [];
      const copies = Math.min(...partitions.map(({ replicas }) => replicas.length));
      return { name, copies, minInsync: Number(least?.configValue) };
    });
  });
}

/**
 * Makes the broker compress a topic's batches with `codec`, whatever codec they were written with.
 * @param {readonly string[]} brokers host:port @param {string} topic its name on the broker @param {string} codec
 */
export function compressTopic(brokers, topic, codec) {
  return asOperator(brokers, async (admin) => {
    const type = kafkajs.ConfigResourceTypes.TOPIC;
    const { resources } = await admin.describeConfigs({
      includeSynonyms: false,
      resources: [{ type, name: topic }],
    });
    // This call replaces all settings of a topic.
    const own = (resources[0]?.configEntries ?? [])
      .filter(({ configSource }) => configSource === kafkajs.ConfigSource.TOPIC_CONFIG)
      .map(({ configName, configValue }) => ({ name: configName, value: configValue }));
    const configEntries = [...own, { name: 'compression.type', value: codec }];
    await admin.alterConfigs({ validateOnly: false, resources: [{ type, name: topic, configEntries }] });
  });
}

/**
 * Members of a consumer group that has settled; 0 while it rebalances.
 * @param {readonly string[]} brokers host:port @param {string} group its name on the broker @returns {Promise<number>}
 */
export function settledMembers(brokers, group) {
  return asOperator(brokers, async (admin) => {
    const { groups } = await admin.describeGroups([group]);
    return groups[0]?.state === 'Stable' ? groups[0].members.length : 0;
  });
}

/**
 * Deletes every topic whose name begins so.
 * @param {readonly string[]} brokers host:port @param {string} prefix at least three characters
 * @returns {Promise<string[]>} their names
 */
export function deleteTopics(brokers, prefix) {
  if (prefix.length < 3) throw new RangeError(`deleting topics: "${prefix}" is too short to be a prefix`);
  return asOperator(brokers, async (admin) => {
    const topics = (await admin.listTopics()).filter((name) => name.startsWith(prefix));
    if (topics.length > 0) await admin.deleteTopics({ topics });
    return topics;
  });
}

/** @template T @param {readonly string[]} brokers @param {(admin: import('kafkajs').Admin) => Promise<T>} work */
async function asOperator(brokers, work) {
  const client = new kafkajs.Kafka({
    clientId: 'operator',
    brokers: [...brokers],
    logLevel: kafkajs.logLevel.NOTHING,
    retry: { retries: 3 },
  });
  const admin = client.admin();
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.disconnect();
  }
}
