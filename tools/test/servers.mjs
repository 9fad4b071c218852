// Starts Kafka and Postgres for the whole jest run, new and on free ports. Existing servers are used only if variables
// for tests name them, because in a shell for a real system KAFKA_BROKERS and DATABASE_URL are set.
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startGuard } from '../processes/guard.mjs';
import { startKafka } from '../servers/kafka.mjs';
import { freePorts } from '../servers/ports.mjs';
import { startPostgres } from '../servers/postgres.mjs';
import { deleteTopics } from '../servers/operator.mjs';
import { testServers } from './test-servers.mjs';

/** @type {import('../processes/guard.mjs').Guard | undefined} */
let guard;
/** @type {string | undefined} of a server that stays when we end */
let borrowedKafka;

/** jest's workers inherit the environment that is set here. */
export async function startServers() {
  const { kafka, postgres, ignored } = testServers(process.env);
  if (ignored.length) process.stdout.write(`${ignored.join('\n')}\n`);
  // Begins the name of every topic that a suite makes, so that those of this run can be told from all others.
  process.env['TEST_RUN'] = randomBytes(3).toString('hex');
  borrowedKafka = kafka;
  if (kafka) process.env['KAFKA_BROKERS'] = kafka;
  if (postgres) process.env['DATABASE_URL'] = postgres;
  if (kafka && postgres) return;
  guard = startGuard();
  const folder = mkdtempSync(join(tmpdir(), 'switchboard-test-'));
  chmodSync(folder, 0o755);
  guard.remove(folder);
  const logs = join(folder, 'logs');
  const [kafkaPort = 0, postgresPort = 0] = await freePorts(2);
  const starts = [];
  if (!kafka) {
    const start = startKafka({ folder: join(folder, 'kafka'), logs, port: kafkaPort, guard });
    starts.push(start.then(({ brokers }) => (process.env['KAFKA_BROKERS'] = brokers)));
  }
  if (!postgres) {
    const place = { folder: join(folder, 'postgres'), logs, port: postgresPort, guard };
    const start = startPostgres({ ...place, password: randomBytes(12).toString('hex'), durable: false });
    starts.push(start.then(({ url }) => (process.env['DATABASE_URL'] = url)));
  }
  try {
    await Promise.all(starts);
  } catch (error) {
    await stopServers();
    throw error;
  }
}

/**
 * Ends what startServers() started and deletes its data; on a Kafka that stays, deletes the topics of this run. After a
 * SIGKILL of jest the guardian ends the servers alone.
 */
export async function stopServers() {
  const run = process.env['TEST_RUN'];
  if (borrowedKafka && run) await deleteTopics(borrowedKafka.split(','), `t${run}`);
  await guard?.endAll();
}
