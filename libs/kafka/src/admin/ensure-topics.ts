// The one step that creates topics. Run before the services and as often as one likes: it changes only what differs.
import { type Topic, topicName } from '@switchboard/contracts';
import type { Admin } from 'kafkajs';
import { ConfigResourceTypes, ConfigSource } from '../client.ts';
import { TopicMismatchError } from '../errors.ts';
import type { KafkaSettings } from '../records.ts';
import { backoff } from '../wait.ts';
import { withAdmin } from './admin.ts';

export interface Replication {
  /** Default: 3, or as many as there are brokers. */
  readonly replicationFactor?: number;
  /** Default: what the topic asks for, but less than the replication factor unless that is 1. */
  readonly minInsyncReplicas?: number;
}

/** Names on the broker, prefix included. */
export interface TopicReport {
  readonly created: readonly string[];
  /** Existed with other settings, which were changed. */
  readonly updated: readonly string[];
  readonly kept: readonly string[];
}

/**
 * Creates missing topics and corrects the settings of existing ones. Throws TopicMismatchError for a topic with
 * another number of partitions, which no step can repair without breaking the order of keys.
 */
export function ensureTopics(
  settings: KafkaSettings,
  topics: readonly Topic[],
  replication: Replication = {},
): Promise<TopicReport> {
  return withAdmin(settings, { doing: 'creating topics', retries: 8, timeoutMs: 30_000 }, async (admin) => {
    const brokers = (await admin.describeCluster()).brokers.length;
    const factor = replication.replicationFactor ?? Math.min(3, brokers);
    const wanted = topics.map((topic) => ({
      name: topicName(topic, settings.topicPrefix),
      partitions: topic.partitions,
      configs: configsOf(topic, factor, replication.minInsyncReplicas),
    }));
    const existing = await partitionCounts(admin);
    const missing = wanted.filter(({ name }) => !existing.has(name));
    const present = wanted.filter(({ name }) => existing.has(name));
    checkPartitions(present, existing);
    if (missing.length > 0) {
      // Resolves as well when somebody else created them a moment ago.
      await admin.createTopics({
        waitForLeaders: true,
        timeout: 20_000,
        topics: missing.map(({ name, partitions, configs }) => ({
          topic: name,
          numPartitions: partitions,
          replicationFactor: factor,
          configEntries: [...configs].map(([key, value]) => ({ name: key, value })),
        })),
      });
      checkPartitions(missing, await countsWith(admin, missing));
    }
    const updated = await correct(admin, present);
    await settle(admin, settings, wanted);
    const names = (those: readonly Wanted[]): string[] => those.map(({ name }) => name);
    return {
      created: names(missing),
      updated,
      kept: names(present).filter((name) => !updated.includes(name)),
    };
  });
}

/**
 * Waits until new topics can be used: their leaders answer, and the coordinator of consumer groups does, which a broker
 * sets up when it is asked for the first time. Clients that come too early fail in ways that take them long to mend.
 */
async function settle(
  admin: Admin,
  { topicPrefix }: KafkaSettings,
  wanted: readonly Wanted[],
): Promise<void> {
  const names = wanted.map(({ name }) => name);
  // One after the other: side by side these calls replace each other's metadata inside kafkajs.
  for (const name of names) await admin.fetchTopicOffsets(name);
  await admin.fetchOffsets({ groupId: `${topicPrefix}setup`, topics: names });
}

interface Wanted {
  readonly name: string;
  readonly partitions: number;
  readonly configs: ReadonlyMap<string, string>;
}

function configsOf(topic: Topic, factor: number, minInsync: number | undefined): ReadonlyMap<string, string> {
  const most = factor === 1 ? 1 : factor - 1;
  return new Map([
    ['retention.ms', String(topic.retentionMs)],
    ['min.insync.replicas', String(minInsync ?? Math.min(topic.minInsyncReplicas, most))],
    ['max.message.bytes', String(topic.maxMessageBytes)],
  ]);
}

async function partitionCounts(admin: Admin): Promise<ReadonlyMap<string, number>> {
  // Asked for all topics, because kafkajs fails on names that the broker does not know.
  const { topics } = await admin.fetchTopicMetadata();
  return new Map(topics.map(({ name, partitions }) => [name, partitions.length]));
}

/** What has just been created, perhaps by somebody else, is known to every broker only a moment later. */
async function countsWith(admin: Admin, wanted: readonly Wanted[]): Promise<ReadonlyMap<string, number>> {
  for (let retry = 0; ; retry++) {
    const counts = await partitionCounts(admin);
    if (wanted.every(({ name }) => counts.has(name)) || retry === 10) return counts;
    await new Promise((resolve) => setTimeout(resolve, backoff(retry, 20, 1000)));
  }
}

function checkPartitions(wanted: readonly Wanted[], counts: ReadonlyMap<string, number>): void {
  const wrong = wanted
    .map(({ name, partitions }) => ({ name, partitions, found: counts.get(name) ?? 0 }))
    .filter(({ partitions, found }) => found !== partitions)
    .map(({ name, partitions, found }) => `${name} has ${found} partitions instead of ${partitions}`);
  if (wrong.length === 0) return;
  throw new TopicMismatchError(
    `checking topics: ${wrong.join('; ')}; use another TOPIC_PREFIX, or delete the topic if its records are not needed`,
  );
}

async function correct(admin: Admin, wanted: readonly Wanted[]): Promise<string[]> {
  if (wanted.length === 0) return [];
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: wanted.map(({ name }) => ({ type: ConfigResourceTypes.TOPIC, name })),
  });
  const changes = wanted.flatMap(({ name, configs }) => {
    const entries = resources.find(({ resourceName }) => resourceName === name)?.configEntries ?? [];
    const current = new Map(entries.map(({ configName, configValue }) => [configName, configValue]));
    if ([...configs].every(([key, value]) => current.get(key) === value)) return [];
    // This call replaces all settings of a topic: what an operator has set beside ours must be sent along.
    const own = entries.filter(({ configSource }) => configSource === ConfigSource.TOPIC_CONFIG);
    const all = new Map([
      ...own.map(({ configName, configValue }) => [configName, configValue] as const),
      ...configs,
    ]);
    return [{ name, configEntries: [...all].map(([key, value]) => ({ name: key, value })) }];
  });
  if (changes.length > 0) {
    await admin.alterConfigs({
      validateOnly: false,
      resources: changes.map((change) => ({ type: ConfigResourceTypes.TOPIC, ...change })),
    });
  }
  return changes.map(({ name }) => name);
}
