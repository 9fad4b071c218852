// The answers that every sink meets, and what they mean where its vendor does not say otherwise. Each is given in place of
// each call of a delivery.
import { MAX_RESPONSE_BYTES } from '@switchboard/delivery';
import type { StubAnswer, StubRequest } from '@switchboard/testing';
import type { Meaning, Trouble, Vendor } from './vendor.ts';

/** The rule that a row belongs to. */
export type RowGroup =
  | 'unreadable'
  | 'not-ok'
  | 'refused'
  | 'credentials'
  | 'redirect'
  | 'pause'
  | 'transient'
  | 'silent';

/** One answer, or none. */
export interface Row {
  readonly group: RowGroup;
  readonly name: string;
  readonly means: Meaning;
  readonly answer: (request: StubRequest) => StubAnswer;
  /** Seconds that the other side asks for. */
  readonly afterSeconds?: number;
  readonly trouble?: Trouble;
}

const REFUSED = [400, 404, 409, 410, 413, 414, 415, 422];
const CREDENTIALS = [401, 403];
const REDIRECTS = [301, 302, 303, 307, 308];
const TRANSIENT = [408, 425, 500, 502, 503, 504, 520];
const DAY = 24 * 3600;
/** Of the date that is asked for; an HTTP date has whole seconds. */
const DATE_SECONDS = 90;
/** Where redirects lead. */
export const ELSEWHERE = '/elsewhere';

const FAULTS = {
  refused: 'hang',
  reset: 'reset',
  timeout: 'hang',
  'slow-body': 'slow-body',
  'half-closed': 'half-closed',
} as const satisfies Record<Trouble, StubAnswer['fault']>;

/** The table, with what a vendor says otherwise. */
export function rowsOf({ answers = {}, notOk }: Vendor): Row[] {
  const row = (group: RowGroup, status: number, means: Meaning, more: Partial<Row> = {}): Row => ({
    group,
    name: String(status),
    means: answers[status] ?? means,
    answer: quoting(status),
    ...more,
  });
  const asking = (status: number, afterSeconds: number, shown: string, header: () => string): Row => {
    const plain = row('pause', status, 'retry');
    return {
      ...plain,
      name: `${status} with Retry-After: ${shown}`,
      afterSeconds,
      answer: (request) => ({ ...plain.answer(request), headers: { 'retry-after': header() } }),
    };
  };
  return [
    ...unreadable().map(([name, answer]) =>
      row('unreadable', 200, 'delivered', { name, answer: () => answer }),
    ),
    row('unreadable', 200, unlessAsked, endless(200)),
    ...notOk.map(
      ({ answer, means }): Row => ({
        group: 'not-ok',
        name: JSON.stringify(answer),
        means,
        answer: () => answer,
      }),
    ),
    ...REFUSED.map((status) => row('refused', status, 'rejected')),
    row('refused', 400, 'rejected', pageOf(400)),
    row('refused', 422, 'rejected', endless(422)),
    ...CREDENTIALS.map((status) => row('credentials', status, 'broken')),
    row('credentials', 401, 'broken', pageOf(401)),
    ...TRANSIENT.map((status) => row('transient', status, 'retry')),
    row('transient', 503, 'retry', pageOf(503)),
    row('transient', 503, 'retry', endless(503)),
    ...REDIRECTS.map((status) =>
      row('redirect', status, 'rejected', { answer: (request) => redirect(status, request) }),
    ),
    asking(429, 7, '7', () => '7'),
    asking(429, DAY, String(DAY), () => String(DAY)),
    asking(429, DATE_SECONDS, 'a date', () => new Date(Date.now() + DATE_SECONDS * 1000).toUTCString()),
    asking(503, 7, '7', () => '7'),
    row('pause', 429, 'retry', { name: '429 without Retry-After' }),
    ...(Object.keys(FAULTS) as Trouble[]).map(
      (trouble): Row => ({
        group: 'silent',
        name: trouble,
        means: answers[trouble] ?? 'retry',
        answer: () => ({ fault: FAULTS[trouble], body: { id: 'never whole' } }),
        trouble,
      }),
    ),
  ];
}

function unreadable(): [name: string, answer: StubAnswer][] {
  const json = { 'content-type': 'application/json' };
  return [
    ['200 with a page of HTML', { headers: { 'content-type': 'text/html' }, body: '<html>Thanks!</html>' }],
    ['200 with half of a JSON text', { headers: json, body: '{"id": ' }],
    ['200 with null', { headers: json, body: 'null' }],
    ['204', { status: 204, body: '' }],
  ];
}

/** An error whose text repeats the request, as that of some vendors does. */
export function quoting(status: number): Row['answer'] {
  return (request) => ({ status, body: { error: true, status, message: repeated(request) } });
}

function repeated({ method, path, headers, text }: StubRequest): string {
  return `cannot ${method} ${path} with ${JSON.stringify(headers)} and ${text}`;
}

/** More than is read of an answer. */
function endless(status: number): Partial<Row> {
  const body = { id: 'of no use', more: 'x'.repeat(MAX_RESPONSE_BYTES) };
  return { name: `${status} with more than is read`, answer: () => ({ status, body }) };
}

/** A question whose answer was too long may be asked again. */
const unlessAsked: Meaning = ({ method }) => (method === 'GET' ? 'retry' : 'delivered');

/** What a proxy in between answers. */
function pageOf(status: number): Partial<Row> {
  return {
    name: `${status} with a page of HTML`,
    answer: (request) => ({
      status,
      headers: { 'content-type': 'text/html' },
      body: `<html><body>${repeated(request)}</body></html>`,
    }),
  };
}

function redirect(status: number, { headers }: StubRequest): StubAnswer {
  return { status, headers: { location: `http://${headers.host ?? ''}${ELSEWHERE}` }, body: 'moved' };
}
