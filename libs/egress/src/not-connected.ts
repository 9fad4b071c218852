// Classifies failures to connect. They are separate from failures on a connection, because here the other side has not acted.
import { errors } from 'undici';
import type { EgressCode } from './errors.ts';

/** Thrown before a request is sent. The message contains no addresses, so it can be shown to the tenant. */
export class NotConnected extends Error {
  override readonly name = 'NotConnected';
  readonly code: EgressCode;

  constructor(code: EgressCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

const MESSAGES = {
  DNS: 'the name could not be resolved',
  TLS: 'the TLS connection failed',
  CONNECTION: 'the connection failed',
  TIMEOUT: 'no connection in time',
} as const;

/** Classifies an error of connecting; `secure` says whether it included TLS. */
export function toNotConnected(cause: Error, secure: boolean): NotConnected {
  if (cause instanceof NotConnected) return cause;
  const { code = '' } = cause as NodeJS.ErrnoException;
  const kind = classify(cause, code, secure);
  // People search for the name that OpenSSL or the system gives it.
  const detail = kind !== 'TIMEOUT' && /^[A-Z0-9_]{2,80}$/.test(code) ? ` (${code})` : '';
  return new NotConnected(kind, MESSAGES[kind] + detail, { cause });
}

function classify(cause: Error, code: string, secure: boolean): keyof typeof MESSAGES {
  if (cause instanceof errors.ConnectTimeoutError) return 'TIMEOUT';
  if ((cause as NodeJS.ErrnoException).syscall === 'getaddrinfo' || code === 'ENOTFOUND') return 'DNS';
  // The system's codes are one word; those of TLS have underscores.
  const isSystemCode = /^E[A-Z0-9]+$/.test(code);
  return secure && !isSystemCode ? 'TLS' : 'CONNECTION';
}
