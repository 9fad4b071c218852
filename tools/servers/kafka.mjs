// Runs Apache Kafka as a KRaft node from Maven's jars, alone or as one of several: formatted once, in its own process
// group.
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { javaCommand } from './java.mjs';
import { fetchJars } from './kafka-jars.mjs';
import { freePorts } from './ports.mjs';
import { run } from '../processes/run.mjs';
import { startServer } from './start-server.mjs';

/**
 * One of several nodes: its number from 1, the controllers' ports of all nodes in that order, and an id they share.
 * @typedef {{ id: number, controllers: readonly number[], clusterId: string }} Member
 * @param {{ folder: string, logs: string, port: number, guard: import('../processes/guard.mjs').Guard, heapMb?: number, advertisedPort?: number, groupDelayMs?: number, member?: Member }} options
 *   `folder` keeps the data between runs; `advertisedPort` is where clients are sent, for a proxy in front;
 *   `groupDelayMs` is how long a new group waits for more members; without `member` the node is alone
 * @returns {Promise<{ brokers: string, pid: number, process: import('node:child_process').ChildProcess }>}
 */
export async function startKafka({
  folder,
  logs,
  port,
  guard,
  heapMb = 512,
  advertisedPort = port,
  groupDelayMs = 0,
  member,
}) {
  const jars = await fetchJars({ guard });
  const data = join(folder, 'data');
  const config = join(folder, 'server.properties');
  mkdirSync(folder, { recursive: true });
  const { id, controllers } = member ?? { id: 1, controllers: await freePorts(1) };
  writeFileSync(config, properties({ data, port, advertisedPort, groupDelayMs, id, controllers }));
  const java = javaCommand();
  const base = ['-cp', join(jars, '*'), '-Dorg.slf4j.simpleLogger.showDateTime=true'];
  if (!existsSync(join(data, 'meta.properties'))) {
    // A start that was killed between the two steps leaves a folder that is neither empty nor formatted.
    rmSync(data, { recursive: true, force: true });
    const clusterId = member?.clusterId ?? newClusterId();
    const quick = [
      '-XX:TieredStopAtLevel=1',
      '-XX:+UseSerialGC',
      '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
    ];
    await run(
      java,
      [...quick, ...base, 'kafka.tools.StorageTool', 'format', `--cluster-id=${clusterId}`, '-c', config],
      {
        doing: "formatting Kafka's storage",
        guard,
      },
    );
  }
  const child = await startServer({
    name: 'kafka',
    command: java,
    args: [
      '-Xms128m',
      `-Xmx${heapMb}m`,
      // The second compiler would take a third of a core for a minute or more; few of our brokers live much longer.
      '-XX:TieredStopAtLevel=1',
      '-XX:+UseG1GC',
      '-XX:+ExitOnOutOfMemoryError',
      ...base,
      'kafka.Kafka',
      config,
    ],
    doing: `starting Kafka on port ${port}`,
    logFile: join(logs, 'kafka.log'),
    ready: 'Kafka Server started',
    guard,
    watch: { stage: 9, group: true, graceMs: 20_000 },
  });
  return { brokers: `127.0.0.1:${port}`, pid: Number(child.pid), process: child };
}

/** A name for a new cluster, as Kafka wants it. */
export function newClusterId() {
  return randomBytes(16).toString('base64url');
}

/**
 * Everything that is replicated has a copy on up to three nodes, all but one of which must have a write.
 * @param {{ data: string, port: number, advertisedPort: number, groupDelayMs: number, id: number, controllers: readonly number[] }} options
 */
function properties({ data, port, advertisedPort, groupDelayMs, id, controllers }) {
  const copies = Math.min(3, controllers.length);
  const inSync = Math.max(1, copies - 1);
  const voters = controllers.map((each, index) => `${index + 1}@127.0.0.1:${each}`);
  return `${[
    'process.roles=broker,controller',
    `node.id=${id}`,
    `controller.quorum.voters=${voters.join(',')}`,
    'controller.listener.names=CONTROLLER',
    `listeners=PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllers[id - 1]}`,
    `advertised.listeners=PLAINTEXT://127.0.0.1:${advertisedPort}`,
    `log.dirs=${data}`,
    'auto.create.topics.enable=false',
    `default.replication.factor=${copies}`,
    `min.insync.replicas=${inSync}`,
    `offsets.topic.replication.factor=${copies}`,
    'offsets.topic.num.partitions=4',
    `transaction.state.log.replication.factor=${copies}`,
    `transaction.state.log.min.isr=${inSync}`,
    `share.coordinator.state.topic.replication.factor=${copies}`,
    `share.coordinator.state.topic.min.isr=${inSync}`,
    `group.initial.rebalance.delay.ms=${groupDelayMs}`,
    // Leaders go back to where they belong soon after a broker has come back, not after five minutes.
    'leader.imbalance.check.interval.seconds=10',
    // After a SIGKILL the next start is refused until the dead broker's session has ended.
    'broker.session.timeout.ms=3000',
    'broker.heartbeat.interval.ms=500',
    // Hundreds of small partitions in a small heap.
    'log.index.size.max.bytes=1048576',
    'log.cleaner.dedupe.buffer.size=16777216',
    'num.network.threads=2',
    'num.io.threads=4',
  ].join('\n')}\n`;
}
