// For specs: a proxy in front of Postgres whose connections can be cut.
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface PostgresProxy {
  /** The URL of the database through the proxy. */
  readonly url: string;
  /** `true` cuts all connections and refuses new ones; `false` accepts new ones again. */
  cut(away: boolean): void;
  close(): Promise<void>;
}

/** Starts a proxy on a free port. */
export async function startPostgresProxy(target: URL): Promise<PostgresProxy> {
  const sockets = new Set<Socket>();
  let away = false;
  const server = createServer((client) => {
    if (away) return void client.destroy();
    const upstream = connect(Number(target.port), target.hostname);
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from);
      from.pipe(to).on('error', () => from.destroy());
      from.on('close', () => sockets.delete(from));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = new URL(target);
  url.port = String((server.address() as AddressInfo).port);
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: url.href,
    cut(now) {
      away = now;
      if (away) cut();
    },
    close() {
      cut();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
