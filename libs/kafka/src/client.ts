// The one place where a kafkajs client is made: explicit timeouts and retries (kafkajs takes other defaults when
// NODE_ENV is "test"), and its log lines go to our logger.
import { connect, isIP } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Logger } from '@switchboard/contracts';
import kafkajs, { type ISocketFactory, type Kafka, type LogEntry, type RetryOptions } from 'kafkajs';
import { UnreadableBatchError } from './errors.ts';
import type { KafkaSettings } from './records.ts';
import './wire/install.ts';

/** kafkajs's error classes and constants; it is CommonJS, so they come by its default export. */
const { KafkaJSError, KafkaJSProtocolError, logLevel } = kafkajs;
export const { ConfigResourceTypes, ConfigSource } = kafkajs;

export interface ClientOptions {
  readonly requestTimeoutMs?: number;
  readonly connectionTimeoutMs?: number;
  /** How often kafkajs itself tries again, and how long it waits in between. */
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
    logCreator: () => logWriter(settings.logger),
  });
}

/** A client's view of the brokers, without kafkajs's producer or consumer on top. */
export function createCluster(settings: KafkaSettings, options: ClientOptions): KafkajsCluster {
  const client = createClient(settings, options) as unknown as Record<symbol, unknown>;
  const create = Object.getOwnPropertySymbols(client).find(
    ({ description }) => description === 'private:Kafka:createCluster',
  );
  // Pinned with the version of kafkajs; the producer's specs fail when it moves.
  const made = (client[create as symbol] as (options: object) => KafkajsCluster)({
    metadataMaxAge: METADATA_MS,
    allowAutoTopicCreation: false,
  });
  return made;
}

const METADATA_MS = 300_000;
const KEEP_ALIVE_MS = 60_000;

/** As kafkajs's own, but a small request never waits for the acknowledgement of the one before (Nagle's algorithm). */
const openSocket: ISocketFactory = ({ host, port, ssl, onConnect }) => {
  const socket = ssl
    ? connectTls({ host, port, ...(isIP(host) ? {} : { servername: host }), ...ssl }, onConnect)
    : connect({ host, port }, onConnect);
  return socket.setKeepAlive(true, KEEP_ALIVE_MS).setNoDelay(true);
};

/** Every field explicit: none is left to kafkajs's defaults. */
export function retryOptions(retries: number, maxRetryMs: number): RetryOptions {
  return {
    retries,
    initialRetryTime: Math.min(100, maxRetryMs),
    maxRetryTime: maxRetryMs,
    factor: 0.2,
    multiplier: 2,
  };
}

// Only these: other fields of a kafkajs entry hold requests and records.
const LOGGED = ['broker', 'groupId', 'memberId', 'topic', 'partition', 'retryCount', 'retryTime', 'error'];

// While Kafka is away kafkajs says the same several times a second.
const SAME_AGAIN_MS = 10_000;

function logWriter(logger: Logger): (entry: LogEntry) => void {
  const said = new Map<string, { at: number; withheld: number }>();
  return ({ namespace, level, log }) => {
    const what = `${namespace} ${log.message}`;
    const before = said.get(what);
    if (before && performance.now() - before.at < SAME_AGAIN_MS) {
      before.withheld += 1;
      return;
    }
    if (said.size > 100) said.clear();
    said.set(what, { at: performance.now(), withheld: 0 });
    const fields: Record<string, unknown> = { client: 'kafkajs', area: namespace, detail: log.message };
    for (const name of LOGGED) {
      const value: unknown = log[name];
      if (typeof value === 'string' || typeof value === 'number') fields[name] = value;
    }
    if (before && before.withheld > 0) fields['withheld'] = before.withheld;
    // kafkajs says "error" of each try that it repeats; whoever waits for the result says what came of it.
    if (level === logLevel.ERROR) logger.warn(fields, 'The Kafka client reports trouble.');
    else logger.info(fields, 'The Kafka client reports a change.');
  };
}

/** kafkajs wraps what it gave up on; this is the error at the bottom. */
function origin(error: unknown): unknown {
  return error instanceof KafkaJSError && error.cause ? origin(error.cause) : error;
}

/** A connection broke under a request; the error carries the broker's address. */
export function isConnectionClosed(
  error: unknown,
): error is { readonly host: string; readonly port: number } {
  return error instanceof KafkaJSError && error.name === 'KafkaJSConnectionClosedError';
}

const MISTAKES = [TypeError, RangeError, ReferenceError, SyntaxError];

/**
 * A mistake in somebody's code, or bytes that nobody can read. Trouble on the way to a broker is none, whatever its class: kafkajs throws a plain Error
 * for a broker that is not connected yet.
 */
export function isMistake(error: unknown): boolean {
  const bottom = origin(error);
  return bottom instanceof UnreadableBatchError || MISTAKES.some((kind) => bottom instanceof kind);
}

/** The broker said no, and would say it again. */
export function isFinal(error: unknown): boolean {
  const bottom = origin(error);
  return bottom instanceof KafkaJSProtocolError && !bottom.retriable;
}

/** A broker answered, and said no: it is about these records or topics, not about the way there. */
export function isAnswer(error: unknown): boolean {
  return origin(error) instanceof KafkaJSProtocolError;
}

/** The broker knows no such topic (yet, or any more). */
export function isUnknownTopic(error: unknown): boolean {
  const bottom = origin(error);
  return bottom instanceof KafkaJSProtocolError && bottom.type === 'UNKNOWN_TOPIC_OR_PARTITION';
}
