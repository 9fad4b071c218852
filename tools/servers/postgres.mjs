// Runs Postgres from the npm package's programs: a cluster that is made once, in its own process group, over TCP only.
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { postgresBinaries } from './postgres-binaries.mjs';
import { run } from '../processes/run.mjs';
import { startServer } from './start-server.mjs';
import { unprivileged } from './unprivileged.mjs';

const name = 'switchboard';
const OTHERS_END_MS = 20_000;
const BETWEEN_MS = 250;

/**
 * @param {{ folder: string, logs: string, port: number, password: string, guard: import('../processes/guard.mjs').Guard, durable?: boolean }} options
 *   `folder` keeps the data between runs; `durable: false` trades safety against a power cut for speed, for tests
 * @returns {Promise<{ url: string, pid: number, process: import('node:child_process').ChildProcess }>}
 */
export async function startPostgres({ folder, logs, port, password, guard, durable = true }) {
  const { postgres, initdb, folder: programs } = postgresBinaries();
  const cluster = join(folder, 'cluster');
  const complete = join(folder, 'complete');
  mkdirSync(folder, { recursive: true });
  // Postgres reads and writes through its own user; what is inside is closed by the cluster's own mode.
  chmodSync(folder, 0o755);
  if (!existsSync(complete)) {
    rmSync(cluster, { recursive: true, force: true });
    mkdirSync(cluster, { mode: 0o700 });
    await create({ postgres, initdb, programs, cluster, password, folder, guard });
    writeFileSync(complete, '');
  }
  removeStalePid(join(cluster, 'postmaster.pid'));
  const { prefix, options } = unprivileged({ paths: [programs], data: cluster });
  const settings = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: '',
    max_connections: '200',
    shared_buffers: '128MB',
    ...(durable ? {} : { fsync: 'off', full_page_writes: 'off' }),
  };
  const flags = Object.entries(settings).flatMap(([key, value]) => ['-c', `${key}=${value}`]);
  const [program = postgres, ...args] = [...prefix, postgres, '-D', cluster, ...flags];
  const child = await onceAlone(() =>
    startServer({
      name: 'postgres',
      command: program,
      args,
      options,
      doing: `starting Postgres on port ${port}`,
      logFile: join(logs, 'postgres.log'),
      ready: 'database system is ready to accept connections',
      guard,
      // SIGINT is Postgres's fast shutdown: it ends sessions instead of waiting for them.
      watch: { stage: 9, signal: 'SIGINT', graceMs: 20_000 },
    }),
  );
  return {
    url: `postgres://${name}:${password}@127.0.0.1:${port}/${name}`,
    pid: Number(child.pid),
    process: child,
  };
}

/**
 * Processes of a postmaster that was killed end by themselves a moment later, and Postgres does not start beside them.
 * @template T
 * @param {() => Promise<T>} begin
 * @returns {Promise<T>}
 */
async function onceAlone(begin) {
  for (const deadline = Date.now() + OTHERS_END_MS; ; ) {
    try {
      return await begin();
    } catch (error) {
      const others = /** @type {Error} */ (error).message.includes('pre-existing shared memory block');
      if (!others || Date.now() > deadline) throw error;
      await wait(BETWEEN_MS);
    }
  }
}

/**
 * @param {{ postgres: string, initdb: string, programs: string, cluster: string, password: string, folder: string, guard: import('../processes/guard.mjs').Guard }} options
 */
async function create({ postgres, initdb, programs, cluster, password, folder, guard }) {
  const { prefix, options } = unprivileged({ paths: [programs], data: cluster });
  const passwordFile = join(folder, 'password');
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o644 });
  try {
    const [program = initdb, ...args] = [
      ...prefix,
      initdb,
      `--pgdata=${cluster}`,
      `--username=${name}`,
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale=C',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
    ];
    await run(program, args, { ...options, guard, doing: "creating Postgres's cluster" });
  } finally {
    rmSync(passwordFile, { force: true });
  }
  const [program = postgres, ...args] = [...prefix, postgres, '--single', '-D', cluster, 'postgres'];
  await run(program, args, {
    ...options,
    guard,
    doing: 'creating the database',
    input: `CREATE DATABASE ${name}\n`,
  });
}

/**
 * A postmaster that was killed leaves its number behind, and in a container the next process may have the same one. A
 * postmaster that lives keeps its file: two on one cluster would destroy it.
 * @param {string} file
 */
function removeStalePid(file) {
  if (!existsSync(file)) return;
  const pid = Number(readFileSync(file, 'utf8').split('\n')[0]);
  const name = `/proc/${pid}/comm`;
  const lives = existsSync(name) && readFileSync(name, 'utf8').trim() === 'postgres';
  if (process.platform === 'linux' && !lives) rmSync(file);
}
