// Kafka and Postgres for the whole jest run, fresh and on free ports; servers named by the environment are used as they are.
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startGuard } from '../dev/guard.mjs';
import { startKafka } from '../dev/infra/kafka.mjs';
import { freePorts } from '../dev/infra/ports.mjs';
import { startPostgres } from '../dev/infra/postgres.mjs';

/** @type {import('../dev/guard.mjs').Guard | undefined} */
let guard;

/** jest's workers inherit the environment that is set here. */
export async function startServers() {
  const needed = { kafka: !process.env['KAFKA_BROKERS'], postgres: !process.env['DATABASE_URL'] };
  if (!needed.kafka && !needed.postgres) return;
  guard = startGuard();
  const folder = mkdtempSync(join(tmpdir(), 'switchboard-test-'));
  chmodSync(folder, 0o755);
  guard.remove(folder);
  const logs = join(folder, 'logs');
  const [kafkaPort = 0, postgresPort = 0] = await freePorts(2);
  const starts = [];
  if (needed.kafka) {
    const start = startKafka({ folder: join(folder, 'kafka'), logs, port: kafkaPort, guard });
    starts.push(start.then(({ brokers }) => (process.env['KAFKA_BROKERS'] = brokers)));
  }
  if (needed.postgres) {
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

/** Ends what startServers() started and deletes its data. After a SIGKILL of jest the guardian does the same alone. */
export async function stopServers() {
  await guard?.endAll();
}
