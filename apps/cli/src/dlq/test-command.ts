// For the specs of this folder: runs the command on a database and topics of their own, and makes dead letters of both
// kinds.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { conversationEscalated, deadLetterHeaders, encodeHeaders, topics } from '@switchboard/contracts';
import { KafkaProducer, readAll } from '@switchboard/kafka';
import { indexDeadRecords } from '@switchboard/ledger';
import type { Database } from '@switchboard/postgres';
import { quiet, type Suite, suite } from '@switchboard/testing';
import { dlq } from './command.ts';
import type { CommandContext } from './context.ts';

/** Every dead letter contains this personal data. */
export const MAIL = 'mari@example.com';

/** Runs a command line, by default without a terminal. */
export async function runCommand(
  line: string,
  context: Partial<CommandContext> & Pick<CommandContext, 'db'>,
) {
  const out: string[] = [];
  const err: string[] = [];
  const say = (text: string) => void out.push(text);
  const warn = (text: string) => void err.push(text);
  const whole: CommandContext = {
    out: undefined,
    say,
    warn,
    ask: undefined,
    input: () => Promise.reject(new Error('no input was expected')),
    folder: tmpdir(),
    user: 'ann',
    ...context,
  };
  const code = await dlq(line.split(' ').filter(Boolean), { open: () => whole, say, warn });
  return { code, out: out.join('\n'), err: err.join('\n') };
}

/** The body of an event. */
export const body = (conversation: string) =>
  JSON.stringify({
    event: conversationEscalated.type,
    data: { ...conversationEscalated.example, conversation_id: conversation, customer_email: MAIL },
  });

/** Adds a delivery that made one call and became a dead letter. Their numbers begin at 1. */
export async function addDeadDelivery(db: Database, event: string, reason: string): Promise<void> {
  await db.query(
    `insert into integrations (id, tenant_id, sink, config, secrets) values ('one', 'acme', 'probe', '{}', '{}')
     on conflict do nothing`,
  );
  await db.query(
    `with b as (
       insert into event_body (day, event_id, tenant_id, event_type, source, accepted_at, value)
       values ('1970-01-01', $1, 'acme', $2, '/webhooks/helpninja', now(), $3)
     ), d as (
       insert into delivery (day, integration_id, event_id, sink, tenant_id, event_type, ordering_key, accepted_at, calls)
       values ('1970-01-01', 'one', $1, 'probe', 'acme', $2, $1, now(), 1) returning id
     )
     insert into delivery_attempt (day, delivery_id, number, at, latency_ms, outcome, status, reason, method, host, path,
       answer)
     select '1970-01-01', id, 1, now(), 12, 'rejected', 404, $4, 'POST', 'api.example.com', '/rooms', $5 from d`,
    [event, conversationEscalated.type, Buffer.from(body(event)), reason, `no room for ${MAIL}`],
  );
  await db.query(`update delivery set state = 'dead', reason = $2, finished_at = now() where event_id = $1`, [
    event,
    reason,
  ]);
}
/** Adds a record that the enricher gave up. */
async function addDeadRecord(corner: Suite, producer: KafkaProducer, id: string): Promise<void> {
  const origin = `${corner.kafka.topicPrefix}${topics.events.name}`;
  await producer.send({
    topic: topics.deadLetters,
    partition: 2,
    key: 'k',
    value: Buffer.from(body(id)),
    headers: {
      ...encodeHeaders({
        id,
        type: conversationEscalated.type,
        source: '/webhooks/helpninja',
        tenantId: 'acme',
      }),
      note: MAIL,
      [deadLetterHeaders.stage]: 'enricher',
      [deadLetterHeaders.topic]: origin,
      [deadLetterHeaders.partition]: '2',
      [deadLetterHeaders.offset]: '0',
      [deadLetterHeaders.errorCode]: 'HANDLER_FAILED',
      [deadLetterHeaders.attempts]: '3',
    },
  });
  await indexDeadRecords(corner.database, await readAll(corner.kafka, topics.deadLetters), quiet);
}
/** Each delivery of the ledger: event id and state. */
export async function statesIn(db: Database): Promise<string[]> {
  const rows = await db.query<{ event_id: string; state: string }>(
    'select event_id, state from delivery order by id',
  );
  return rows.map(({ event_id, state }) => `${event_id} ${state}`);
}

/** Gives each test of a spec file a system of its own, by hooks. */
export function useSystem() {
  let corner: Suite;
  let producer: KafkaProducer;
  let folder: string;
  beforeEach(async () => {
    corner = await suite();
    producer = new KafkaProducer(corner.kafka);
    folder = mkdtempSync(join(tmpdir(), 'dlq-'));
  });
  afterEach(async () => {
    rmSync(folder, { recursive: true });
    await producer.close();
    await corner.end();
  });
  return {
    get db() {
      return corner.database;
    },
    get kafka() {
      return corner.kafka;
    },
    /** The current folder of the command. */
    get folder() {
      return folder;
    },
    run: (line: string, context: Partial<CommandContext> = {}) =>
      runCommand(line, {
        db: corner.database,
        out: { producer, topicPrefix: corner.kafka.topicPrefix },
        folder,
        ...context,
      }),
    addDeadDelivery: (event: string, reason: string) => addDeadDelivery(corner.database, event, reason),
    addDeadRecord: (id: string) => addDeadRecord(corner, producer, id),
    states: () => statesIn(corner.database),
  };
}
