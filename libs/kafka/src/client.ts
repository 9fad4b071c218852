// The only place that makes a kafkajs client: explicit timeouts and retries (kafkajs has other defaults when NODE_ENV is
// "test"), and kafkajs's log lines go to our logger.
import { connect, isIP } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Logger } from '@switchboard/contracts';
import kafkajs, { type ISocketFactory, type Kafka, type LogEntry, type RetryOptions } from 'kafkajs';
import './kafkajs-patches/install.ts';
import type { KafkaSettings } from './records.ts';

/** kafkajs is CommonJS, so its constants come through the default export. */
const { logLevel } = kafkajs;
export const { ConfigResourceTypes, ConfigSource } = kafkajs;

export interface ClientOptions {
  readonly requestTimeoutMs?: number;
  readonly connectionTimeoutMs?: number;
  /** How often kafkajs itself retries, and the longest pause between two attempts. */
  readonly retries: number;
  readonly maxRetryMs: number;
}

export function createClient(settings: KafkaSettings, options: ClientOptions): Kafka {
  return new kafkajs.Kafka({
    brokers: [...settings.brokers],
    clientId: settings.clientId,
    connectionTimeout: options.connectionTimeoutMs ?? 3000,
    requestTimeout: options.requestTimeoutMs ?? 30_000,
    enforceRequestTimeout: true,
    socketFactory: openSocket,
    retry: retryOptions(options.retries, options.maxRetryMs),
    logLevel: logLevel.WARN,
    logCreator: () => createLogWriter(settings.logger),
  });
}

/** kafkajs's connections and metadata, without its producer or consumer on top. */
export function createCluster(settings: KafkaSettings, options: ClientOptions): KafkajsCluster {
  const client = createClient(settings, options) as unknown as Record<symbol, unknown>;
  const create = Object.getOwnPropertySymbols(client).find(
    ({ description }) => description === 'private:Kafka:createCluster',
  );
  // Private to the pinned version of kafkajs; the producer's specs fail when it changes.
  const cluster = (client[create as symbol] as (options: object) => KafkajsCluster)({
    metadataMaxAge: METADATA_MS,
    allowAutoTopicCreation: false,
  });
  return cluster;
}

const METADATA_MS = 300_000;
const KEEP_ALIVE_MS = 60_000;

/** Like kafkajs's own, but without Nagle's algorithm: a small request never waits for the previous acknowledgement. */
const openSocket: ISocketFactory = ({ host, port, ssl, onConnect }) => {
  const socket = ssl
    ? connectTls({ host, port, ...(isIP(host) ? {} : { servername: host }), ...ssl }, onConnect)
    : connect({ host, port }, onConnect);
  return socket.setKeepAlive(true, KEEP_ALIVE_MS).setNoDelay(true);
};

/** Sets every field: none is left to kafkajs's defaults. */
export function retryOptions(retries: number, maxRetryMs: number): RetryOptions {
  return {
    retries,
    initialRetryTime: Math.min(100, maxRetryMs),
    maxRetryTime: maxRetryMs,
    factor: 0.2,
    multiplier: 2,
  };
}

// Only these fields of a kafkajs log entry: others hold requests and records.
const LOGGED_FIELDS = [
  'broker',
  'groupId',
  'memberId',
  'topic',
  'partition',
  'retryCount',
  'retryTime',
  'error',
];

// While Kafka is away kafkajs logs the same line several times a second.
const REPEAT_AFTER_MS = 10_000;

function createLogWriter(logger: Logger): (entry: LogEntry) => void {
  const written = new Map<string, { at: number; withheld: number }>();
  return ({ namespace, level, log }) => {
    const line = `${namespace} ${log.message}`;
    const before = written.get(line);
    if (before && performance.now() - before.at < REPEAT_AFTER_MS) {
      before.withheld += 1;
      return;
    }
    if (written.size > 100) written.clear();
    written.set(line, { at: performance.now(), withheld: 0 });
    const fields: Record<string, unknown> = { client: 'kafkajs', area: namespace, detail: log.message };
    for (const name of LOGGED_FIELDS) {
      const value: unknown = log[name];
      if (typeof value === 'string' || typeof value === 'number') fields[name] = value;
    }
    if (before && before.withheld > 0) fields['withheld'] = before.withheld;
    // kafkajs logs "error" for each attempt that it repeats. Whoever waits for the result logs the real errors.
    if (level === logLevel.ERROR) logger.warn(fields, 'The Kafka client reports an error.');
    else logger.info(fields, 'The Kafka client reports a change.');
  };
}
