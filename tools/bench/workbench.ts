// Sets up and removes what every bench needs: a broker and a database, a folder for logs, topic prefixes and schemas.
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Suite, suite } from '@switchboard/testing';
import type { Guard } from '../processes/guard.mjs';
import { startKafka } from '../servers/kafka.mjs';
import { freePorts } from '../servers/ports.mjs';
import { startPostgres } from '../servers/postgres.mjs';
import { assertReachable } from '../servers/reachable.mjs';
import type { Progress } from '../command-line/progress.mjs';
import { type Broker, openBroker } from './broker.mjs';
import { startSystem, type System, type SystemOptions } from '../system-tests/rig/system.ts';
import { testServers } from '../test/test-servers.mjs';
import { type Command, launchMeasured, type Running } from './processes.ts';

const KAFKA_HEAP_MB = 1536;
/** Replicas that start together join together: else the second one stops the first in the middle of its work. */
const GROUP_DELAY_MS = 2_000;

/** What a bench is given. */
export interface Workbench {
  readonly brokers: string;
  readonly broker: Broker;
  readonly folder: string;
  /** Ends what is started outside `launch`. */
  readonly guard: Guard;
  readonly progress: Progress;
  readonly quick: boolean;
  /** Of the whole system's bench. */
  readonly tenants: number;
  /** Process ids of the servers that were started here, by name. */
  readonly servers: ReadonlyMap<'kafka' | 'postgres', number>;
  /** A topic prefix and a schema of its own, with every topic and table. */
  corner(): Promise<Suite>;
  launch(command: Command): Running;
  /** The whole system; unless told otherwise one tenant, with the sandbox as the vendors. */
  system(corner: Suite, options?: Pick<SystemOptions, 'tenants' | 'vendors'>): Promise<System>;
}

/** Uses the servers that TEST_KAFKA_BROKERS and TEST_DATABASE_URL name, and starts those that they do not. */
export async function openWorkbench(options: {
  guard: Guard;
  progress: Progress;
  quick: boolean;
  /** Default 1. */
  tenants?: number;
}): Promise<{ workbench: Workbench; tidy: () => Promise<void> }> {
  const { guard, progress, quick, tenants = 1 } = options;
  const folder = mkdtempSync(join(tmpdir(), 'switchboard-bench-'));
  chmodSync(folder, 0o755);
  guard.remove(folder);
  const logs = join(folder, 'logs');
  mkdirSync(logs);
  const servers = await progress.step('Kafka and Postgres', () => startServers(folder, logs, guard));
  const brokers = process.env['KAFKA_BROKERS'] ?? '';
  const broker = await openBroker(brokers);
  const corners: Suite[] = [];
  const systems: System[] = [];
  let launched = 0;
  const workbench: Workbench = {
    brokers,
    broker,
    folder,
    guard,
    progress,
    quick,
    tenants,
    servers,
    async corner() {
      const made = await suite();
      corners.push(made);
      return made;
    },
    launch: (command) => launchMeasured(command, join(logs, `${(launched += 1)}-${command.name}.log`), guard),
    async system(corner, more = {}) {
      const place = join(logs, `system-${systems.length}`);
      const system = await startSystem(corner, { ...more, guard, logs: place });
      systems.push(system);
      return system;
    },
  };
  const tidy = async () => {
    for (const system of systems.splice(0)) await system.stop();
    for (const { env, end } of corners.splice(0)) {
      await broker.deleteTopics(env.TOPIC_PREFIX);
      await end();
    }
    await broker.close();
  };
  return { workbench, tidy };
}

async function startServers(
  folder: string,
  logs: string,
  guard: Guard,
): Promise<Map<'kafka' | 'postgres', number>> {
  const pids = new Map<'kafka' | 'postgres', number>();
  const { kafka: brokers, postgres: database } = testServers(process.env);
  if (brokers) process.env['KAFKA_BROKERS'] = brokers;
  if (database) process.env['DATABASE_URL'] = database;
  const [kafkaPort = 0, postgresPort = 0] = await freePorts(2);
  const kafka = async () => {
    if (brokers) return assertReachable('TEST_KAFKA_BROKERS', brokers, 9092);
    const place = { folder: join(folder, 'kafka'), logs, port: kafkaPort, guard };
    const started = await startKafka({ ...place, heapMb: KAFKA_HEAP_MB, groupDelayMs: GROUP_DELAY_MS });
    process.env['KAFKA_BROKERS'] = started.brokers;
    pids.set('kafka', started.pid);
  };
  const postgres = async () => {
    if (database) return assertReachable('TEST_DATABASE_URL', new URL(database).host, 5432);
    const place = { folder: join(folder, 'postgres'), logs, port: postgresPort, guard };
    const started = await startPostgres({ ...place, password: randomBytes(12).toString('hex') });
    process.env['DATABASE_URL'] = started.url;
    pids.set('postgres', started.pid);
  };
  await Promise.all([kafka(), postgres()]);
  return pids;
}
