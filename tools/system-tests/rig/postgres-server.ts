// A Postgres that can be stopped, killed and started again.
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createDatabase, type Database } from '@switchboard/postgres';
import { eventually, quiet } from '@switchboard/testing';
import type { Guard } from '../../processes/guard.mjs';
import { freePorts } from '../../servers/ports.mjs';
import { startPostgres } from '../../servers/postgres.mjs';
import { type Server, startServer } from './restartable-server.ts';

export interface PostgresServer extends Server {
  readonly port: number;
  /** As its owner reaches it, without a proxy. */
  readonly url: string;
  /** Lets it be read only, for all sessions, or be written again. */
  readOnly(yes: boolean): Promise<void>;
  /** Cancels every statement of others for so long, in ms; answers how many of them its log tells of. */
  cancelStatements(ms: number): Promise<number>;
}

/** Starts one that writes as durably as in production. */
export async function startPostgresServer(options: {
  readonly guard: Guard;
  /** Of the data. */
  readonly folder: string;
  /** Folder of the log; default one in `folder`. */
  readonly logs?: string;
}): Promise<PostgresServer> {
  const { guard, folder, logs = join(options.folder, 'logs') } = options;
  const [port = 0] = await freePorts(1);
  const place = { folder: join(folder, 'postgres'), logs, port, guard };
  const password = randomBytes(12).toString('hex');
  let url = '';
  const server = await startServer({
    guard,
    // Its fast shutdown: sessions are ended, not waited for.
    stopSignal: 'SIGINT',
    kill: killTree,
    start: async () => {
      const started = await startPostgres({ ...place, password });
      url = started.url;
      return started;
    },
  });
  return {
    get pid() {
      return server.pid;
    },
    get running() {
      return server.running;
    },
    stop: () => server.stop(),
    kill: () => server.kill(),
    start: () => server.start(),
    port,
    url,
    readOnly: (yes) =>
      asOwner(url, async (database) => {
        await database.query(
          yes
            ? 'alter system set default_transaction_read_only = on'
            : 'alter system reset default_transaction_read_only',
        );
        await database.query('select pg_reload_conf()');
      }),
    async cancelStatements(ms) {
      const before = cancelled(logs);
      await asOwner(url, (database) => database.query(cancelling(ms)));
      return cancelled(logs) - before;
    },
  };
}

/**
 * Statements are short: only a loop in the server itself meets them. Within a transaction it sees others once, unless
 * told.
 */
function cancelling(ms: number): string {
  return `do $$
    declare until timestamptz := clock_timestamp() + interval '${ms} milliseconds';
    begin
      while clock_timestamp() < until loop
        perform pg_stat_clear_snapshot();
        perform pg_cancel_backend(pid) from pg_stat_activity
          where backend_type = 'client backend' and state = 'active' and pid <> pg_backend_pid();
      end loop;
    end $$`;
}

function cancelled(logs: string): number {
  return (
    readFileSync(join(logs, 'postgres.log'), 'utf8').split('canceling statement due to user request').length -
    1
  );
}

async function asOwner<Result>(url: string, work: (database: Database) => Promise<Result>): Promise<Result> {
  const database = createDatabase({ url, schema: 'public', max: 1, logger: quiet });
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}

/** A session that outlived its postmaster must not touch the data while the next one recovers them. */
async function killTree(pid: number): Promise<void> {
  const sessions = processes().filter(({ parent }) => parent === pid);
  for (const one of [pid, ...sessions.map((session) => session.pid)]) process.kill(one, 'SIGKILL');
  await eventually(() => {
    const left = processes().filter((one) => sessions.some((session) => session.pid === one.pid));
    if (left.length > 0) throw new Error(`killing Postgres: ${left.length} of its processes still run`);
  });
}

function processes(): { pid: number; parent: number }[] {
  const { stdout } = spawnSync('ps', ['-A', '-o', 'pid=,ppid=,stat='], { encoding: 'utf8' });
  return stdout.split('\n').flatMap((line) => {
    const [pid, parent, state] = line.trim().split(/\s+/);
    // Those that nobody has waited for yet are dead.
    return state === undefined || state.startsWith('Z') ? [] : [{ pid: Number(pid), parent: Number(parent) }];
  });
}
