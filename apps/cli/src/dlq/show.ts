// `show`: everything about one dead letter. Personal data only with --body.
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type DeliveryDetails, type RecordDetails, showDeadLetter } from '@switchboard/ledger';
import { readArgs, UsageError } from '../arguments.ts';
import { bodyText, labelled, table, time } from '../text.ts';
import { endHelp, options, readId } from './args.ts';
import { dlqCommand } from './command-name.ts';
import { DONE, FAILED, type Verb } from './context.ts';

export const show: Verb = {
  help: `${dlqCommand} show ID [options]

One dead letter: its state, each attempt with its last call, and what was done about it.

  --body              also the body, the beginning of each answer, and all headers: personal data
  --save FILE         write the body to a new file, for edit
${endHelp}`,
  async run(args, { db, say, folder }) {
    const { values, positionals } = readArgs(args, {
      body: options.flag,
      save: options.text,
      json: options.flag,
    });
    const { body, save, json } = values;
    const id = readId(positionals);
    const letter = await showDeadLetter(db, id, { body: body || save !== undefined });
    if (letter === undefined) {
      say(json ? 'null' : 'There is no such dead letter.');
      return FAILED;
    }
    if (save !== undefined) saveBody(resolve(folder, save), letter.body ?? null);
    const shown = body ? letter : withoutBody(letter);
    if (json) say(JSON.stringify(shown, asText));
    else for (const line of linesOf(shown)) say(line);
    return DONE;
  },
};

/** Writes a new file that only this user can read. */
function saveBody(file: string, body: Buffer | null): void {
  if (body === null) throw new UsageError('--save: there is no body');
  try {
    writeFileSync(file, body, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new UsageError(`--save ${file}: cannot be written (${code}); name a new file`, { cause: error });
  }
}

type Letter = DeliveryDetails | RecordDetails;

/** The letter without personal data. */
function withoutBody({ body: _body, ...letter }: Letter): Letter {
  if (letter.kind === 'delivery')
    return {
      ...letter,
      calls: letter.calls.map(({ answer: _answer, ...attempt }) => attempt),
    } as DeliveryDetails;
  const ours = Object.entries(letter.headers).filter(([name]) => name.startsWith('ce_'));
  return { ...letter, headers: Object.fromEntries(ours) } as RecordDetails;
}

/** In JSON output a body is text. */
function asText(this: unknown, name: string, value: unknown): unknown {
  const own = (this as Record<string, unknown>)[name];
  return Buffer.isBuffer(own) ? own.toString('utf8') : value;
}

function linesOf(letter: Letter): string[] {
  const { settled, body } = letter;
  const lines = labelled([
    ['id', letter.id],
    ['died', time(letter.at)],
    ['reason', letter.reason],
    ['stage', letter.stage],
    ['tenant', letter.tenantId],
    ['integration', letter.integrationId],
    ['type', letter.eventType],
    ['event', letter.eventId],
    ['tries', triesOf(letter)],
    ['body', letter.edited ? 'edited: a replay sends the new body' : null],
    ...(letter.kind === 'delivery' ? rowLines(letter) : recordLines(letter)),
    ['settled', settled.state === 'dead' ? null : settledText(settled)],
  ]);
  return [
    ...lines,
    ...(letter.kind === 'delivery' ? attemptLines(letter) : []),
    ...(body ? ['', bodyText(body)] : []),
  ];
}

/** The number of attempts when it died. A delivery that was replayed may have made more since. */
function triesOf(letter: Letter): string {
  const made = letter.kind === 'delivery' ? letter.calls.length : 0;
  return made > letter.attempts ? `${letter.attempts}, of ${made} attempts in all` : String(letter.attempts);
}

function settledText({ state, at, actor, why }: Letter['settled']): string {
  return [state, at && time(at), actor && `by ${actor}`, why && `because: ${why}`].filter(Boolean).join(' ');
}

function rowLines({ row }: DeliveryDetails): [string, string | null][] {
  if (row === null) return [['now', 'deleted from the ledger']];
  const now = row.state === 'dead' ? null : [row.state, row.reason, row.reference].filter(Boolean).join(', ');
  return [
    ['key', row.orderingKey],
    ['accepted', time(row.acceptedAt)],
    ['now', now],
  ];
}

function recordLines({
  origin,
  group,
  timestampMs,
  bytes,
  headers,
}: RecordDetails): [string, string | null][] {
  const { topic, partition, offset } = origin;
  return [
    ['from', topic && `${topic}, partition ${partition}, offset ${offset}`],
    ['group', group],
    [
      'timestamp',
      Number.isNaN(new Date(timestampMs).getTime()) ? String(timestampMs) : time(new Date(timestampMs)),
    ],
    ['value', bytes === null ? 'none' : `${bytes} bytes`],
    ...Object.entries(headers).map(([name, value]): [string, string] => [name, value]),
  ];
}

function attemptLines({ calls: attempts }: DeliveryDetails): string[] {
  if (attempts.length === 0) return ['', 'No attempt was made.'];
  const rows = attempts.map((attempt) => [
    String(attempt.number),
    time(attempt.at),
    `${attempt.latencyMs} ms`,
    attempt.outcome,
    attempt.status === null ? '-' : String(attempt.status),
    attempt.method === null ? '-' : `${attempt.method} ${attempt.host}${attempt.path}`,
    attempt.reason ?? '',
  ]);
  const head = ['call', 'at', 'took', 'outcome', 'status', 'request', 'reason'];
  const answers = attempts.flatMap(({ number, answer }) =>
    answer ? ['', `answer to call ${number}`, bodyText(Buffer.from(answer))] : [],
  );
  return ['', ...table(head, rows, process.stdout.columns ?? Number.POSITIVE_INFINITY), ...answers];
}
