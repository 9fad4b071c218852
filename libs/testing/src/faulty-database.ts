// Databases with faults, for specs: one whose connections can be cut, and one whose statements can be frozen.
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { createDatabase, type Database } from '@switchboard/postgres';
import { quiet, type Suite } from './suite.ts';

/** A pool in a suite's schema, through a proxy that can cut all connections and refuse new ones. */
export async function cuttableDatabase({
  env,
}: Suite): Promise<{ db: Database; cut(): void; restore(): void; end(): Promise<void> }> {
  const target = new URL(env.DATABASE_URL);
  const sockets = new Set<Socket>();
  let connected = true;
  const server = createServer((near) => {
    if (!connected) {
      near.destroy();
      return;
    }
    const far = connect(Number(target.port || 5432), target.hostname);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.pipe(to);
      from.on('error', () => to.destroy());
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = new URL(env.DATABASE_URL);
  url.hostname = '127.0.0.1';
  url.port = String((server.address() as AddressInfo).port);
  const db = createDatabase({ url: url.href, schema: env.DATABASE_SCHEMA, logger: quiet });
  return {
    db,
    cut() {
      connected = false;
      for (const socket of sockets) socket.destroy();
    },
    restore() {
      connected = true;
    },
    async end() {
      await db.close();
      server.close();
    },
  };
}

/** A database whose statements hang while it is frozen, like those of a stopped process. */
export function freezable(db: Database): Database & { freeze(): void; thaw(): void } {
  let gate = Promise.resolve();
  let open: () => void = () => undefined;
  const waiting =
    <Args extends unknown[], Result>(fn: (...args: Args) => Promise<Result>) =>
    async (...args: Args): Promise<Result> => {
      await gate;
      const result = await fn(...args);
      await gate;
      return result;
    };
  return {
    ...db,
    query: waiting(db.query) as Database['query'],
    transaction: waiting(db.transaction) as Database['transaction'],
    dedicated(settings) {
      const own = db.dedicated(settings);
      return { ...own, query: waiting(own.query) as Database['query'] };
    },
    freeze() {
      gate = new Promise((resolve) => {
        open = resolve;
      });
    },
    thaw: () => open(),
  };
}
