// A Kafka cluster whose brokers can be killed and started again one by one. It may have a single broker.
import { join } from 'node:path';
import { eventually } from '@switchboard/testing';
import type { Guard } from '../../processes/guard.mjs';
import { newClusterId, startKafka } from '../../servers/kafka.mjs';
import { freePorts } from '../../servers/ports.mjs';
import { batchCodecs, type Codec } from './batch-codecs.ts';
import { type ForeignRecord, type ForeignWriting, writeForeign } from './foreign-producer.ts';
import { laggingPartitions } from '../../servers/operator.mjs';
import { type Server, startServer } from './restartable-server.ts';

/** Brokers that run, or may run again. */
export interface KafkaCluster {
  /** `host:port` of each, comma separated, as clients are given them. */
  readonly brokers: string;
  readonly nodes: readonly Server[];
  /** Resolves when every copy of every partition is in sync; throws after the deadline, in ms. */
  inSync(deadlineMs?: number): Promise<void>;
  /** How many batches of each codec the first broker has of a topic, by its name there. */
  codecsOf(topic: string): ReadonlyMap<Codec, number>;
  /** Writes records as another client does; see foreign-producer.ts. */
  writeForeign(
    where: Pick<ForeignWriting, 'topic' | 'codec'>,
    records: readonly ForeignRecord[],
  ): Promise<void>;
}

export interface ClusterOptions {
  readonly guard: Guard;
  /** Of the data. */
  readonly folder: string;
  /** Folder of the logs; default one in `folder`. */
  readonly logs?: string;
  /** Default 1. With 3, topics have three copies, of which two must have a write. */
  readonly nodes?: number;
  /** Heap of each, in MB; default 320. */
  readonly heapMb?: number;
  /** Makes the address that clients are told, given the broker's own port; default that port. */
  readonly advertise?: (port: number) => Promise<number>;
}

/** Starts brokers; each keeps its ports and its data as long as `folder` is there. */
export async function startCluster(options: ClusterOptions): Promise<KafkaCluster> {
  const { guard, folder, nodes = 1, heapMb = 320, advertise = async (port: number) => port } = options;
  const { logs = join(folder, 'logs') } = options;
  const free = await freePorts(nodes * 2);
  const ports = free.slice(0, nodes);
  const controllers = free.slice(nodes);
  const advertised = await Promise.all(ports.map(advertise));
  const clusterId = newClusterId();
  // A majority must be there before one of them is ready.
  const servers = await Promise.all(
    ports.map((port, index) =>
      startServer({
        guard,
        stopSignal: 'SIGTERM',
        kill: async (pid) => void process.kill(pid, 'SIGKILL'),
        start: () =>
          startKafka({
            folder: join(folder, `kafka-${index + 1}`),
            logs: join(logs, `kafka-${index + 1}`),
            port,
            guard,
            heapMb,
            advertisedPort: advertised[index] ?? port,
            member: { id: index + 1, controllers, clusterId },
          }),
      }),
    ),
  );
  const brokers = advertised.map((port) => `127.0.0.1:${port}`);
  return {
    brokers: brokers.join(','),
    nodes: servers,
    codecsOf: (topic) => batchCodecs(join(folder, 'kafka-1/data'), topic),
    writeForeign: (where, records) => writeForeign({ ...where, brokers: brokers.join(','), guard }, records),
    inSync: (deadlineMs = 60_000) =>
      eventually(
        async () => {
          const lagging = await laggingPartitions(brokers);
          if (lagging.length > 0)
            throw new Error(`waiting for copies to be in sync: ${lagging.length} are not: ${lagging[0]}`);
        },
        { deadlineMs, everyMs: 250 },
      ),
  };
}
