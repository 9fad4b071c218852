// What a verb works with: the running system, and whoever sits before it.
import type { Database } from '@switchboard/postgres';
import type { KafkaProducer } from '@switchboard/kafka';

export interface Desk {
  readonly db: Database;
  /** Where records go; undefined when no brokers are known. */
  readonly out: { readonly producer: Pick<KafkaProducer, 'send'>; readonly topicPrefix: string } | undefined;
  /** To standard output, as a line. */
  readonly say: (line: string) => void;
  /** To standard error, as a line. */
  readonly warn: (line: string) => void;
  /** Asks a person; undefined when none is there to answer. */
  readonly ask: ((question: string) => Promise<boolean>) | undefined;
  /** All of standard input. */
  readonly input: () => Promise<Buffer>;
  /** The folder that paths on the command line are meant from. */
  readonly folder: string;
  /** Who is at the keyboard, as far as the machine knows. */
  readonly user: string;
}

/** A verb: its help, and what it does with its arguments. Answers the exit code; throws UsageError. */
export interface Verb {
  readonly help: string;
  readonly run: (args: readonly string[], desk: Desk) => Promise<number>;
}

export const DONE = 0;
/** Nothing was found, or some of it failed. */
export const NOT_ALL = 1;
/** The command line or a setting. */
export const WRONG_USE = 2;
/** Postgres or Kafka. */
export const AWAY = 3;
