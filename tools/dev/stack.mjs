// Runs only Kafka and Postgres until Ctrl-C, so that one test file can be run again and again on the same servers.
import { mkdirSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { readArguments } from '../command-line/arguments.mjs';
import { startGuard } from '../processes/guard.mjs';
import { ensureTools } from '../servers/java.mjs';
import { haveJars } from '../servers/kafka-jars.mjs';
import { startKafka } from '../servers/kafka.mjs';
import { freePorts } from '../servers/ports.mjs';
import { startPostgres } from '../servers/postgres.mjs';

const usage = `node tools/dev/stack.mjs --data FOLDER --env FILE

  --data FOLDER   where both keep their data and logs
  --env FILE      written when both are ready: TEST_KAFKA_BROKERS and TEST_DATABASE_URL, which npm test uses, and
                  KAFKA_BROKERS and DATABASE_URL, which the services use; to be sourced by a shell
`;

const { values } = readArguments(process.argv.slice(2), {
  options: { data: { type: 'string' }, env: { type: 'string' }, help: { type: 'boolean' } },
});
if (values.help || !values.data || !values.env) {
  process.stdout.write(usage);
  process.exit(values.help ? 0 : 2);
}

const guard = startGuard();
const folder = resolve(values.data);
const logs = resolve(folder, 'logs');
mkdirSync(logs, { recursive: true });
await ensureTools({ needMaven: !haveJars(), say: console.log, guard });
const [kafkaPort = 0, postgresPort = 0] = await freePorts(2);
const [kafka, postgres] = await Promise.all([
  startKafka({ folder: resolve(folder, 'kafka'), logs, port: kafkaPort, guard }),
  startPostgres({
    folder: resolve(folder, 'postgres'),
    logs,
    port: postgresPort,
    password: 'switchboard',
    guard,
  }),
]);
const lines = [
  `export TEST_KAFKA_BROKERS=${kafka.brokers}`,
  `export TEST_DATABASE_URL=${postgres.url}`,
  `export KAFKA_BROKERS=${kafka.brokers}`,
  `export DATABASE_URL=${postgres.url}`,
];
writeFileSync(values.env, `${lines.join('\n')}\n`);
console.log(`Kafka (pid ${kafka.pid}) and Postgres (pid ${postgres.pid}) are ready.\n${lines.join('\n')}`);
const keepAlive = setInterval(() => {}, 60_000);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.once(signal, async () => {
    clearInterval(keepAlive);
    await guard.endAll();
    process.exit(0);
  });
}
