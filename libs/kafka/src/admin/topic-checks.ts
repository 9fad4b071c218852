// Checks existing topics: what they must have, and what deserves a warning. Each sentence says what to do.
import { TopicMismatchError } from '../errors.ts';

/** A topic as it must be. */
export interface Wanted {
  readonly name: string;
  readonly partitions: number;
  readonly configs: ReadonlyMap<string, string>;
}

/** Existing topics by name. `copies` is the smallest number among the partitions. */
export type Existing = ReadonlyMap<string, { readonly partitions: number; readonly copies: number }>;

/** The current settings of topics. `own` means set for the topic, not a default of the broker. */
export type Configs = ReadonlyMap<
  string,
  ReadonlyMap<string, { readonly value: string; readonly own: boolean }>
>;

export function checkPartitions(wanted: readonly Wanted[], existing: Existing): void {
  const wrong = wanted
    .map(({ name, partitions }) => ({ name, partitions, found: existing.get(name)?.partitions ?? 0 }))
    .filter(({ partitions, found }) => found !== partitions)
    .map(({ name, partitions, found }) => `${name} has ${found} partitions instead of ${partitions}`);
  refuse(wrong, 'use another TOPIC_PREFIX, or delete the topic if its records are not needed');
}

/** Counts all assigned copies, also those of brokers that are away. */
export function checkCopies(wanted: readonly Wanted[], existing: Existing, copies: number): void {
  const wrong = wanted
    .map(({ name }) => ({ name, found: existing.get(name)?.copies ?? 0 }))
    .filter(({ found }) => found < copies)
    .map(({ name, found }) => `${name} has ${found} ${found === 1 ? 'copy' : 'copies'} instead of ${copies}`);
  refuse(
    wrong,
    'add copies with kafka-reassign-partitions, or set KAFKA_REPLICATION_FACTOR to what the cluster is meant to have (1 for a single node)',
  );
}

/** A compacted topic keeps only the last record of each conversation. */
export function checkPolicies(configs: Configs): void {
  const wrong = [...configs].flatMap(([name, settings]) => {
    const policy = settings.get('cleanup.policy')?.value ?? 'delete';
    return policy.includes('compact') ? [`${name} has cleanup.policy=${policy}, which deletes events`] : [];
  });
  refuse(wrong, 'set cleanup.policy=delete with kafka-configs');
}

function refuse(wrong: readonly string[], advice: string): void {
  if (wrong.length > 0) throw new TopicMismatchError(`checking topics: ${wrong.join('; ')}; ${advice}`);
}

const READ_CODECS = ['producer', 'uncompressed', 'gzip', 'snappy', 'lz4', 'zstd'];

/** Sentences about settings that work but should be changed. */
export function settingWarnings(
  wanted: readonly Wanted[],
  configs: Configs,
  minInsyncReplicas: number,
): string[] {
  return wanted.flatMap(({ name, configs: right }) => {
    const value = (key: string): string | undefined => configs.get(name)?.get(key)?.value;
    const codec = value('compression.type') ?? 'producer';
    const oldest = Number(value('message.timestamp.before.max.ms') ?? Number.POSITIVE_INFINITY);
    const retention = Number(right.get('retention.ms'));
    const minIsr = Number(value('min.insync.replicas') ?? minInsyncReplicas);
    return [
      ...(minIsr > minInsyncReplicas
        ? [`${name} has min.insync.replicas=${minIsr}, more than ${minInsyncReplicas}; it is not lowered`]
        : []),
      ...(READ_CODECS.includes(codec)
        ? []
        : [`${name} has compression.type=${codec}, which services cannot read; set it to producer`]),
      ...(['gzip', 'snappy', 'lz4', 'zstd'].includes(codec)
        ? [
            `${name} has compression.type=${codec}: every broker and service compresses and decompresses anew; set it to producer`,
          ]
        : []),
      ...(value('message.timestamp.type') === 'LogAppendTime'
        ? [
            `${name} has message.timestamp.type=LogAppendTime: the moment of acceptance is lost and latencies are wrong; set it to CreateTime`,
          ]
        : []),
      ...(oldest < retention
        ? [
            `${name} has message.timestamp.before.max.ms=${oldest}: events accepted longer ago are refused; set it to ${retention} or more`,
          ]
        : []),
    ];
  });
}
