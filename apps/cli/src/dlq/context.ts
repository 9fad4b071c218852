// What a verb works with: the database, Kafka, and the terminal.
import type { Database } from '@switchboard/postgres';
import type { KafkaProducer } from '@switchboard/kafka';

export interface CommandContext {
  readonly db: Database;
  /** Where records are replayed to; undefined if no brokers are configured. */
  readonly out: { readonly producer: Pick<KafkaProducer, 'send'>; readonly topicPrefix: string } | undefined;
  /** Writes a line to standard output. */
  readonly say: (line: string) => void;
  /** Writes a line to standard error. */
  readonly warn: (line: string) => void;
  /** Asks the person at the terminal; undefined if there is no terminal. */
  readonly ask: ((question: string) => Promise<boolean>) | undefined;
  /** Reads all of standard input. */
  readonly input: () => Promise<Buffer>;
  /** The folder to which relative paths of the command line refer. */
  readonly folder: string;
  /** The user name. */
  readonly user: string;
}

/** A verb of the command. `run` returns the exit code and throws UsageError. */
export interface Verb {
  readonly help: string;
  readonly run: (args: readonly string[], context: CommandContext) => Promise<number>;
}

export const DONE = 0;
/** Nothing was found, or some of it failed. */
export const FAILED = 1;
/** The command line or a setting is wrong. */
export const WRONG_USE = 2;
/** Postgres or Kafka cannot be reached. */
export const UNAVAILABLE = 3;
