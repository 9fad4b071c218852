// For the specs of this library: a database connection that can be cut or frozen.
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { createDatabase, type Database } from '@switchboard/postgres';
import { quiet, type Suite } from '@switchboard/testing';

/** A pool of its own in a suite's schema, through a wire that can be cut. */
export async function wired({
  env,
}: Suite): Promise<{ db: Database; cut(): void; mend(): void; end(): Promise<void> }> {
  const target = new URL(env.DATABASE_URL);
  const sockets = new Set<Socket>();
  let whole = true;
  const server = createServer((near) => {
    if (!whole) {
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
      whole = false;
      for (const socket of sockets) socket.destroy();
    },
    mend() {
      whole = true;
    },
    async end() {
      await db.close();
      server.close();
    },
  };
}

/** A database whose statements stand still while frozen, as those of a stopped process do. */
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
    apart(settings) {
      const own = db.apart(settings);
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
