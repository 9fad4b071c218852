// The servers of a scenario, which it may harm: Kafka, Postgres, and proxies in front of them if it asks for some.
import type { Guard } from '../../processes/guard.mjs';
import { type KafkaCluster, startCluster } from '../rig/kafka-cluster.ts';
import { type PostgresServer, startPostgresServer } from '../rig/postgres-server.ts';
import { startProxy, type TcpProxy } from '../rig/tcp-proxy.ts';

/** A way from the services to what they need, or from the senders to ingest; all of its proxies change together. */
export type Link = 'senders' | 'kafka' | 'postgres' | 'vendors';

export interface Servers {
  readonly kafka: KafkaCluster;
  readonly postgres: PostgresServer;
  readonly links: ReadonlyMap<Link, readonly TcpProxy[]>;
  /** What the services are given; the tool itself reaches Postgres directly. */
  readonly env: Readonly<Record<'KAFKA_BROKERS' | 'DATABASE_URL', string>>;
  /** Puts the link in front of a port when the scenario has links; answers the port to call. */
  behindLink(link: 'senders' | 'vendors', port: number): Promise<number>;
  /** Ends the proxies; the servers are the guard's to end. */
  close(): Promise<void>;
}

/** Starts them; their data are in `folder`. */
export async function startServers(options: {
  readonly guard: Guard;
  readonly folder: string;
  readonly logs: string;
  readonly brokers: number;
  readonly links: boolean;
}): Promise<Servers> {
  const { guard, folder, logs, brokers, links } = options;
  const proxies = new Map<Link, TcpProxy[]>(
    links
      ? [
          ['senders', []],
          ['kafka', []],
          ['postgres', []],
          ['vendors', []],
        ]
      : [],
  );
  const linked = async (link: Link, port: number): Promise<number> => {
    if (!links) return port;
    const proxy = await startProxy(port);
    proxies.get(link)?.push(proxy);
    return proxy.port;
  };
  const [kafka, postgres] = await Promise.all([
    startCluster({ guard, folder, logs, nodes: brokers, advertise: (port) => linked('kafka', port) }),
    startPostgresServer({ guard, folder, logs }),
  ]);
  const database = new URL(postgres.url);
  database.port = String(await linked('postgres', postgres.port));
  return {
    kafka,
    postgres,
    links: proxies,
    env: { KAFKA_BROKERS: kafka.brokers, DATABASE_URL: database.href },
    behindLink: linked,
    async close() {
      for (const group of proxies.values()) for (const proxy of group) await proxy.close();
    },
  };
}
