// Apache Kafka as one KRaft node from Maven's jars: formatted once, started in a process group of its own.
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { javaCommand } from './java.mjs';
import { fetchJars } from './kafka-jars.mjs';
import { freePorts } from './ports.mjs';
import { run, startServer } from './run.mjs';

/**
 * @param {{ folder: string, logs: string, port: number, guard: import('../guard.mjs').Guard, heapMb?: number }} options
 *   `folder` keeps the data between runs
 * @returns {Promise<{ brokers: string, pid: number, process: import('node:child_process').ChildProcess }>}
 */
export async function startKafka({ folder, logs, port, guard, heapMb = 512 }) {
  const jars = await fetchJars();
  const data = join(folder, 'data');
  const config = join(folder, 'server.properties');
  const [controllerPort] = await freePorts(1);
  mkdirSync(folder, { recursive: true });
  writeFileSync(config, properties({ data, port, controllerPort: Number(controllerPort) }));
  const java = javaCommand();
  const base = ['-cp', join(jars, '*'), '-Dorg.slf4j.simpleLogger.showDateTime=true'];
  if (!existsSync(join(data, 'meta.properties'))) {
    // A start that was killed between the two steps leaves a folder that is neither empty nor formatted.
    rmSync(data, { recursive: true, force: true });
    const id = randomBytes(16).toString('base64url');
    const quick = [
      '-XX:TieredStopAtLevel=1',
      '-XX:+UseSerialGC',
      '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
    ];
    await run(
      java,
      [...quick, ...base, 'kafka.tools.StorageTool', 'format', `--cluster-id=${id}`, '-c', config],
      {
        doing: "formatting Kafka's storage",
      },
    );
  }
  const child = await startServer(
    java,
    [
      `-Xms128m`,
      `-Xmx${heapMb}m`,
      '-XX:+UseG1GC',
      '-XX:+ExitOnOutOfMemoryError',
      ...base,
      'kafka.Kafka',
      config,
    ],
    {
      doing: `starting Kafka on port ${port}`,
      log: join(logs, 'kafka.log'),
      ready: 'Kafka Server started',
      onSpawn: (pid) => guard.watch(pid, { name: 'kafka', stage: 9, group: true, graceMs: 20_000 }),
    },
  );
  return { brokers: `127.0.0.1:${port}`, pid: Number(child.pid), process: child };
}

/**
 * One node: everything that is replicated elsewhere has one copy, and a group does not wait for more members.
 * @param {{ data: string, port: number, controllerPort: number }} options
 */
function properties({ data, port, controllerPort }) {
  return `${[
    'process.roles=broker,controller',
    'node.id=1',
    `controller.quorum.voters=1@127.0.0.1:${controllerPort}`,
    'controller.listener.names=CONTROLLER',
    `listeners=PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    `advertised.listeners=PLAINTEXT://127.0.0.1:${port}`,
    `log.dirs=${data}`,
    'auto.create.topics.enable=false',
    'default.replication.factor=1',
    'min.insync.replicas=1',
    'offsets.topic.replication.factor=1',
    'offsets.topic.num.partitions=4',
    'transaction.state.log.replication.factor=1',
    'transaction.state.log.min.isr=1',
    'share.coordinator.state.topic.replication.factor=1',
    'share.coordinator.state.topic.min.isr=1',
    'group.initial.rebalance.delay.ms=0',
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
