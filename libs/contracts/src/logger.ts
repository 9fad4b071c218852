// The part of a logger that the libraries use. pino fits it; the libraries themselves do not import pino.

type Write = (fields: object, sentence: string) => void;

/** Structured log: fields first, then one sentence. Never bodies, secrets or personal data. */
export interface Logger {
  readonly debug: Write;
  readonly info: Write;
  readonly warn: Write;
  readonly error: Write;
}
