// Why no connection came about. Told apart from what happens on a connection, because here nobody has acted.
import { errors } from 'undici';
import type { EgressCode } from './errors.ts';

/** Thrown before a request is sent. The message is a clause without addresses, fit for whoever chose the URL. */
export class NotConnected extends Error {
  override readonly name = 'NotConnected';
  readonly code: EgressCode;

  constructor(code: EgressCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

const CLAUSES = {
  DNS: 'the name could not be resolved',
  TLS: 'no secure connection came about',
  CONNECTION: 'the connection failed',
  TIMEOUT: 'no connection in time',
} as const;

/** Sorts what ended connecting; `secure` says whether TLS was part of it. */
export function notConnected(cause: Error, secure: boolean): NotConnected {
  if (cause instanceof NotConnected) return cause;
  const { code = '' } = cause as NodeJS.ErrnoException;
  const sorted = sort(cause, code, secure);
  // What OpenSSL or the system calls it is what people search for.
  const detail = sorted !== 'TIMEOUT' && /^[A-Z0-9_]{2,80}$/.test(code) ? ` (${code})` : '';
  return new NotConnected(sorted, CLAUSES[sorted] + detail, { cause });
}

function sort(cause: Error, code: string, secure: boolean): keyof typeof CLAUSES {
  if (cause instanceof errors.ConnectTimeoutError) return 'TIMEOUT';
  if ((cause as NodeJS.ErrnoException).syscall === 'getaddrinfo' || code === 'ENOTFOUND') return 'DNS';
  // The system's codes are one word, those of TLS have underscores.
  const ofTheSystem = /^E[A-Z0-9]+$/.test(code);
  return secure && !ofTheSystem ? 'TLS' : 'CONNECTION';
}
