// What every library asks of a logger; pino satisfies it, so libraries need not import pino.

type Write = (fields: object, sentence: string) => void;

/** Structured log: fields first, then one sentence. Never bodies, secrets or personal data. */
export interface Logger {
  readonly debug: Write;
  readonly info: Write;
  readonly warn: Write;
  readonly error: Write;
}
