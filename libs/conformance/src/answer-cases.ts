// The table of answers that the suite gives to each call of a delivery, with the outcome that the sink must return. The
// vendor's author can name another outcome.
import { MAX_RESPONSE_BYTES } from '@switchboard/delivery';
import type { StubAnswer, StubRequest } from '@switchboard/testing';
import type { ExpectedOutcome, ConnectionFault, Vendor } from './vendor.ts';

/** The rule that an answer belongs to. */
export type AnswerGroup =
  | 'unreadable'
  | 'error-in-2xx'
  | 'rejected'
  | 'credentials'
  | 'redirect'
  | 'retry-after'
  | 'transient'
  | 'no-answer';

/** One answer, or a connection that breaks before the answer is complete. */
export interface AnswerCase {
  readonly group: AnswerGroup;
  readonly name: string;
  readonly outcome: ExpectedOutcome;
  readonly answer: (request: StubRequest) => StubAnswer;
  /** Seconds that the vendor names in `Retry-After`. */
  readonly afterSeconds?: number;
  readonly connectionFault?: ConnectionFault;
}

const REJECTED = [400, 404, 409, 410, 413, 414, 415, 422];
const CREDENTIALS = [401, 402, 403, 407];
const REDIRECTS = [301, 302, 303, 307, 308];
const TRANSIENT = [408, 421, 425, 500, 502, 503, 504, 520];
const DAY = 24 * 3600;
/** How far ahead the date in `Retry-After` is. */
const DATE_SECONDS = 90;
/** The path that redirects lead to. */
export const REDIRECT_TARGET = '/elsewhere';

const STUB_FAULTS = {
  refused: 'hang',
  reset: 'reset',
  timeout: 'hang',
  'slow-body': 'slow-body',
  'half-closed': 'half-closed',
} as const satisfies Record<ConnectionFault, StubAnswer['fault']>;

/** The table for one vendor. */
export function answerCasesOf({ outcomes = {}, errorsIn2xx }: Vendor): AnswerCase[] {
  const answerCase = (
    group: AnswerGroup,
    status: number,
    outcome: ExpectedOutcome,
    more: Partial<AnswerCase> = {},
  ): AnswerCase => ({
    group,
    name: String(status),
    outcome: outcomes[status] ?? outcome,
    answer: echoing(status),
    ...more,
  });
  const withRetryAfter = (
    status: number,
    afterSeconds: number,
    label: string,
    header: () => string,
  ): AnswerCase => {
    const plain = answerCase('retry-after', status, 'retry');
    return {
      ...plain,
      name: `${status} with Retry-After: ${label}`,
      afterSeconds,
      answer: (request) => ({ ...plain.answer(request), headers: { 'retry-after': header() } }),
    };
  };
  return [
    ...unreadableAnswers().map(([name, answer]) =>
      answerCase('unreadable', 200, 'delivered', { name, answer: () => answer }),
    ),
    answerCase('unreadable', 200, unlessLookUp, tooLong(200)),
    ...errorsIn2xx.map(
      ({ answer, outcome }): AnswerCase => ({
        group: 'error-in-2xx',
        name: JSON.stringify(answer),
        outcome,
        answer: () => answer,
      }),
    ),
    ...REJECTED.map((status) => answerCase('rejected', status, 'rejected')),
    answerCase('rejected', 400, 'rejected', htmlPage(400)),
    answerCase('rejected', 422, 'rejected', tooLong(422)),
    ...CREDENTIALS.map((status) => answerCase('credentials', status, 'broken')),
    answerCase('credentials', 401, 'broken', htmlPage(401)),
    ...TRANSIENT.map((status) => answerCase('transient', status, 'retry')),
    answerCase('transient', 503, 'retry', htmlPage(503)),
    answerCase('transient', 503, 'retry', tooLong(503)),
    ...REDIRECTS.map((status) =>
      answerCase('redirect', status, 'rejected', { answer: (request) => redirect(status, request) }),
    ),
    withRetryAfter(429, 7, '7', () => '7'),
    withRetryAfter(429, DAY, String(DAY), () => String(DAY)),
    withRetryAfter(429, DATE_SECONDS, 'a date', () =>
      new Date(Date.now() + DATE_SECONDS * 1000).toUTCString(),
    ),
    withRetryAfter(503, 7, '7', () => '7'),
    answerCase('retry-after', 429, 'retry', { name: '429 without Retry-After' }),
    ...(Object.keys(STUB_FAULTS) as ConnectionFault[]).map(
      (connectionFault): AnswerCase => ({
        group: 'no-answer',
        name: connectionFault,
        outcome: outcomes[connectionFault] ?? 'retry',
        answer: () => ({ fault: STUB_FAULTS[connectionFault], body: { id: 'incomplete' } }),
        connectionFault,
      }),
    ),
  ];
}

function unreadableAnswers(): [name: string, answer: StubAnswer][] {
  const json = { 'content-type': 'application/json' };
  return [
    ['200 with a page of HTML', { headers: { 'content-type': 'text/html' }, body: '<html>Thanks!</html>' }],
    ['200 with half of a JSON text', { headers: json, body: '{"id": ' }],
    ['200 with null', { headers: json, body: 'null' }],
    ['204', { status: 204, body: '' }],
  ];
}

/** An error whose text repeats the request, as the errors of some vendors do. */
export function echoing(status: number): AnswerCase['answer'] {
  return (request) => ({ status, body: { error: true, status, message: echoOf(request) } });
}

function echoOf({ method, path, headers, text }: StubRequest): string {
  return `cannot ${method} ${path} with ${JSON.stringify(headers)} and ${text}`;
}

/** An answer longer than the runtime reads. */
function tooLong(status: number): Partial<AnswerCase> {
  const body = { id: 'unused', more: 'x'.repeat(MAX_RESPONSE_BYTES) };
  return { name: `${status} with a body over the limit`, answer: () => ({ status, body }) };
}

/** A GET changes nothing, so it may be repeated when its answer was too long. */
const unlessLookUp: ExpectedOutcome = ({ method }) => (method === 'GET' ? 'retry' : 'delivered');

/** The error page of a proxy between us and the vendor. */
function htmlPage(status: number): Partial<AnswerCase> {
  return {
    name: `${status} with a page of HTML`,
    answer: (request) => ({
      status,
      headers: { 'content-type': 'text/html' },
      body: `<html><body>${echoOf(request)}</body></html>`,
    }),
  };
}

function redirect(status: number, { headers }: StubRequest): StubAnswer {
  return { status, headers: { location: `http://${headers.host ?? ''}${REDIRECT_TARGET}` }, body: 'moved' };
}
