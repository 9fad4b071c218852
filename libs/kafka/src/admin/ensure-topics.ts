// Creates topics and corrects their settings. Runs before the services; it can be repeated and changes only what differs.
import { type Topic, topicName } from '@switchboard/contracts';
import type { Admin } from 'kafkajs';
import { ConfigResourceTypes, ConfigSource } from '../client.ts';
import { TopicMismatchError } from '../errors.ts';
import type { KafkaSettings } from '../records.ts';
import { backoff } from '../wait.ts';
import { withAdmin } from './with-admin.ts';
import {
  checkCopies,
  checkPartitions,
  checkPolicies,
  type Configs,
  type Existing,
  settingWarnings,
  type Wanted,
} from './topic-checks.ts';

/** A dead broker counts as leader of its partitions until its session expires: 9 s, before Kafka 4.0 up to 18 s. */
const USABLE_WITHIN_MS = 60_000;

/**
 * How safely topics are stored. The operator sets it; it is never derived from the brokers that answer now, because during
 * an outage those are fewer than the cluster has.
 */
export interface Replication {
  /** Copies of each partition. */
  readonly replicationFactor: number;
  /** How many copies must have a record before it is acknowledged. */
  readonly minInsyncReplicas: number;
}

/** For a cluster of three or more brokers, of which one may be away. */
export const threeCopies: Replication = { replicationFactor: 3, minInsyncReplicas: 2 };

/** For development and tests: a single broker. */
export const singleNode: Replication = { replicationFactor: 1, minInsyncReplicas: 1 };

/** Names on the broker, prefix included. */
export interface TopicReport {
  readonly created: readonly string[];
  /** They existed with other settings, which were changed. */
  readonly updated: readonly string[];
  readonly kept: readonly string[];
  /** Sentences about settings that work but have a cost; these are not changed. */
  readonly warnings: readonly string[];
}

/**
 * Creates missing topics and corrects the settings of existing ones, except that `min.insync.replicas` is never lowered.
 * Throws TopicMismatchError, before it changes anything, for what cannot be repaired without loss: another number of
 * partitions, too few copies or brokers, compaction.
 */
export async function ensureTopics(
  settings: KafkaSettings,
  topics: readonly Topic[],
  replication: Replication,
): Promise<TopicReport> {
  const { replicationFactor, minInsyncReplicas } = replication;
  if (minInsyncReplicas > replicationFactor) {
    throw new TopicMismatchError(
      `creating topics: ${minInsyncReplicas} copies must have a record but there are only ${replicationFactor}; lower KAFKA_MIN_INSYNC_REPLICAS`,
    );
  }
  const wanted = topics.map((topic) => ({
    name: topicName(topic, settings.topicPrefix),
    partitions: topic.partitions,
    configs: configsOf(topic, minInsyncReplicas),
  }));
  // Outside the retried work: a retry finds topics that the attempt before has created.
  const created = new Set<string>();
  const updated = new Set<string>();
  const task = { doing: 'creating topics', retries: 8, timeoutMs: 30_000 };
  const warnings = await withAdmin(settings, task, async (admin) => {
    const existing = await existingTopics(admin);
    const missing = wanted.filter(({ name }) => !existing.has(name));
    const present = wanted.filter(({ name }) => existing.has(name));
    const configs = await configsOfTopics(admin, present);
    checkPartitions(present, existing);
    checkCopies(present, existing, replicationFactor);
    checkPolicies(configs);
    if (missing.length > 0) {
      for (const { name } of missing) created.add(name);
      await create(admin, missing, replicationFactor);
      checkPartitions(missing, await existingWith(admin, missing));
    }
    const changes = changesOf(present, configs);
    for (const { name } of changes) updated.add(name);
    if (changes.length > 0) await alter(admin, changes);
    return settingWarnings(present, configs, minInsyncReplicas);
  });
  const names = wanted.map(({ name }) => name);
  await waitUntilUsable(settings, names);
  return {
    created: names.filter((name) => created.has(name)),
    updated: names.filter((name) => updated.has(name) && !created.has(name)),
    kept: names.filter((name) => !created.has(name) && !updated.has(name)),
    warnings,
  };
}

async function create(admin: Admin, missing: readonly Wanted[], copies: number): Promise<void> {
  const brokers = (await admin.describeCluster()).brokers.length;
  if (brokers < copies) {
    throw new TopicMismatchError(
      `creating topics: ${copies} copies need as many brokers, but there ${brokers === 1 ? 'is' : 'are'} ${brokers}; ` +
        'start the others, or set KAFKA_REPLICATION_FACTOR to what the cluster is meant to have (1 for a single node)',
    );
  }
  // Also resolves when another process has just created them.
  await admin.createTopics({
    waitForLeaders: true,
    timeout: 20_000,
    topics: missing.map(({ name, partitions, configs }) => ({
      topic: name,
      numPartitions: partitions,
      replicationFactor: copies,
      configEntries: [...configs].map(([key, value]) => ({ name: key, value })),
    })),
  });
}

/**
 * Waits until new topics can be used: until their leaders answer, and the coordinator of consumer groups, which a broker
 * sets up at the first request for it. Clients that come earlier fail and need long to recover.
 */
function waitUntilUsable(settings: KafkaSettings, topics: string[]): Promise<void> {
  const task = {
    doing: 'waiting for the leaders of topics and of consumer groups',
    patienceMs: USABLE_WITHIN_MS,
  };
  return withAdmin(settings, { ...task, retries: 8, timeoutMs: 30_000 }, async (admin) => {
    // One after the other: concurrent calls replace each other's metadata inside kafkajs.
    for (const topic of topics) await admin.fetchTopicOffsets(topic);
    await admin.fetchOffsets({ groupId: `${settings.topicPrefix}setup`, topics });
  });
}

function configsOf(topic: Topic, minInsyncReplicas: number): ReadonlyMap<string, string> {
  return new Map([
    ['retention.ms', String(topic.retentionMs)],
    ['min.insync.replicas', String(minInsyncReplicas)],
    ['max.message.bytes', String(topic.maxMessageBytes)],
  ]);
}

async function existingTopics(admin: Admin): Promise<Existing> {
  // Asks for all topics, because kafkajs fails on names that the broker does not know.
  const { topics } = await admin.fetchTopicMetadata();
  return new Map(
    topics.map(({ name, partitions }) => [
      name,
      {
        partitions: partitions.length,
        copies: Math.min(...partitions.map(({ replicas }) => replicas.length)),
      },
    ]),
  );
}

/** Waits a little, because a new topic is not known to every broker at once. */
async function existingWith(admin: Admin, wanted: readonly Wanted[]): Promise<Existing> {
  for (let retry = 0; ; retry++) {
    const existing = await existingTopics(admin);
    if (wanted.every(({ name }) => existing.has(name)) || retry === 10) return existing;
    await new Promise((resolve) => setTimeout(resolve, backoff(retry, 20, 1000)));
  }
}

async function configsOfTopics(admin: Admin, wanted: readonly Wanted[]): Promise<Configs> {
  if (wanted.length === 0) return new Map();
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: wanted.map(({ name }) => ({ type: ConfigResourceTypes.TOPIC, name })),
  });
  return new Map(
    resources.map(({ resourceName, configEntries }) => [
      resourceName,
      new Map(
        configEntries.map(({ configName, configValue, configSource }) => [
          configName,
          { value: configValue, own: configSource === ConfigSource.TOPIC_CONFIG },
        ]),
      ),
    ]),
  );
}

interface Change {
  readonly name: string;
  readonly configEntries: { readonly name: string; readonly value: string }[];
}

function changesOf(wanted: readonly Wanted[], configs: Configs): Change[] {
  return wanted.flatMap(({ name, configs: right }) => {
    const current = configs.get(name);
    const due = [...right].filter(([key, value]) => {
      const now = current?.get(key)?.value;
      // An operator may have chosen more safety than we ask for.
      if (key === 'min.insync.replicas' && Number(now) > Number(value)) return false;
      return now !== value;
    });
    if (due.length === 0) return [];
    // The call replaces all settings of a topic, so those that an operator has set must be sent too.
    const own = [...(current ?? [])].filter(([, entry]) => entry.own);
    const all = new Map([...own.map(([key, { value }]) => [key, value] as const), ...due]);
    return [{ name, configEntries: [...all].map(([key, value]) => ({ name: key, value })) }];
  });
}

async function alter(admin: Admin, changes: readonly Change[]): Promise<void> {
  await admin.alterConfigs({
    validateOnly: false,
    resources: changes.map((change) => ({ type: ConfigResourceTypes.TOPIC, ...change })),
  });
}
