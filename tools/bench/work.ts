// A load of work for the whole system: a backlog of events for all services that read topics, webhooks for ingest, and
// the wait until all of it is done.
import {
  conversationEscalated,
  leadQualified,
  messageSent,
  type Topic,
  topicName,
  topics,
} from '@switchboard/contracts';
import { eventually, type Suite } from '@switchboard/testing';
import type { System } from '../system-tests/rig/system.ts';
import { withMessages } from './bodies.ts';
import { fill } from './fill.ts';
import { sendSteadily } from './steady.ts';
import type { Workbench } from './workbench.ts';

const DEADLINE_MS = 600_000;

/** How much work. */
export interface Amount {
  /** Events put on the first topic at once. */
  readonly backlog: number;
  readonly webhooks: number;
  /** Webhooks a second. */
  readonly perSecond: number;
}

/** Who reads what, by the groups' names. */
const READERS: readonly (readonly [group: string, topic: Topic])[] = [
  ['enricher', topics.events],
  ['router', topics.enriched],
  ['metrics', topics.enriched],
  ['sink-hubspot', topics.leads],
  ['sink-slack', topics.escalations],
];

/** Does the work; `first` and `name` make its events others than those of another call. */
export async function work(
  desk: Workbench,
  job: { corner: Suite; system: System; amount: Amount; first: number; name: string },
): Promise<void> {
  const { corner, system, amount, first, name } = job;
  const { progress, broker } = desk;
  const { backlog, webhooks, perSecond } = amount;
  const named = (topic: Topic) => topicName(topic, corner.env.TOPIC_PREFIX);
  const strangers = Array.from({ length: 9 }, (_, index) => `tenant-${index}`);
  const tenants = [system.tenant, ...strangers];
  await progress.step(`a backlog of ${backlog.toLocaleString('en')} events`, ({ note }) =>
    fill(broker, named(topics.events), { count: backlog, body: withMessages, note, first, tenants }),
  );
  await progress.step(`${webhooks.toLocaleString('en')} webhooks`, async ({ note }) => {
    const { ingest: url, secret } = system;
    const body = (number: number) => webhook(name, number);
    const sent = await sendSteadily({ url, secret, count: webhooks, perSecond, body, note });
    const refused = sent.filter(({ status }) => status !== 200);
    if (refused.length > 0) throw new Error(`sending webhooks: ${refused.length} were not accepted`);
  });
  await progress.step('until all is done', ({ note }) =>
    eventually(() => assertDone(desk, corner, { named, note }), { deadlineMs: DEADLINE_MS, everyMs: 500 }),
  );
}

/** Throws while anything is left: records that a group has not finished, or deliveries without an outcome. */
async function assertDone(
  { broker }: Workbench,
  { env, database }: Suite,
  { named, note }: { named: (topic: Topic) => string; note: (text: string) => void },
): Promise<void> {
  const left = READERS.map(async ([group, topic]) => {
    const end = (await broker.ends([named(topic)])).get(named(topic)) ?? 0;
    return end - (await broker.committed(`${env.TOPIC_PREFIX}${group}`, named(topic)));
  });
  const records = (await Promise.all(left)).reduce((sum, count) => sum + count, 0);
  const [waiting] = await database.query<{ count: number }>(
    'select count(*)::int as count from delivery where finished_at is null',
  );
  const deliveries = waiting?.count ?? 0;
  note(`${records.toLocaleString('en')} records and ${deliveries.toLocaleString('en')} deliveries left`);
  if (records > 0 || deliveries > 0) {
    throw new Error(`waiting for the work: ${records} records and ${deliveries} deliveries are left`);
  }
}

function webhook(name: string, number: number): string {
  const event = [messageSent, leadQualified, messageSent, conversationEscalated, messageSent][number % 5];
  const { type, example } = event ?? messageSent;
  const data = { ...example, conversation_id: `conv_${name}_${number % 5_000}`, number };
  return JSON.stringify({ event: type, timestamp: new Date().toISOString(), data });
}
