// Sets up the benches of deliveries: integrations of the Slack sink with one receiver, and escalations in its topic.
import { randomBytes } from 'node:crypto';
import { topicName, topics } from '@switchboard/contracts';
import { integrationSecretPlace, SecretBox } from '@switchboard/postgres';
import { eventually, type Suite } from '@switchboard/testing';
import { escalation } from '../../load/escalation.ts';
import { service, standIn } from '../contestants.ts';
import type { Running } from '../processes.ts';
import type { Workbench } from '../workbench.ts';

const CHUNK = 2_000;

/** What has come to one path of the receiver. */
export interface Notes {
  readonly count: number;
  readonly disordered: number;
  readonly repeated: number;
  /** Number of the event, and when it came, in milliseconds since 1970. */
  readonly arrivals: readonly (readonly [number: number, at: number])[];
}

/** A receiver that runs. */
export interface Receiver {
  readonly url: string;
  counts(): Promise<Readonly<Record<string, number>>>;
  notes(): Promise<Readonly<Record<string, Notes>>>;
  forget(): Promise<void>;
}

/** Starts the receiver. */
export async function startReceiver(desk: Workbench): Promise<Receiver> {
  const command = await standIn('webhooks', '/_counts');
  const { url } = command;
  await desk.launch(command).ready;
  const ask = async (path: string) => (await fetch(url + path)).text();
  return {
    url,
    counts: async () => JSON.parse(await ask('/_counts')) as Record<string, number>,
    notes: async () => JSON.parse(await ask('/_notes')) as Record<string, Notes>,
    forget: async () => void (await ask('/_forget')),
  };
}

/** One corner with its integrations, each of a tenant of its own. */
export interface Stage {
  readonly corner: Suite;
  readonly topic: string;
  /** Starts the sink service; resolves when it is ready. */
  start(): Promise<Running>;
}

/** Makes a corner in which each path of the receiver is an integration of the tenant named after it. */
export async function setStage(
  desk: Workbench,
  receiver: Receiver,
  paths: readonly string[],
): Promise<Stage> {
  const corner = await desk.corner();
  const key = randomBytes(32);
  const box = new SecretBox([key]);
  for (const path of paths) {
    const place = integrationSecretPlace(path, path, 'webhookUrl');
    await corner.database.query(
      `insert into integrations (id, tenant_id, sink, config, secrets, active_from, delivery)
       values ($1, $1, 'slack', '{}', $2, $3, $4)`,
      [
        path,
        JSON.stringify({ webhookUrl: box.seal(`${receiver.url}/${path}`, place) }),
        new Date(0),
        // The receiver takes more than Slack does.
        JSON.stringify({ limits: { per_second: 100_000, concurrency: 64 } }),
      ],
    );
  }
  return {
    corner,
    topic: topicName(topics.escalations, corner.env.TOPIC_PREFIX),
    async start() {
      const env = { ENCRYPTION_KEY: key.toString('hex'), EGRESS_ALLOW: '127.0.0.1' };
      const running = desk.launch(await service('sink-slack', corner, env));
      await running.ready;
      return running;
    },
  };
}

/** Puts so many escalations into the topic, in turn of the tenants. */
export async function fillTopic(
  desk: Workbench,
  stage: Stage,
  job: {
    tenants: readonly string[];
    keys: number;
    first: number;
    count: number;
    note: (text: string) => void;
  },
): Promise<void> {
  const { tenants, keys, first, count, note } = job;
  for (let from = 0; from < count; from += CHUNK) {
    const size = Math.min(CHUNK, count - from);
    await desk.broker.write(
      stage.topic,
      Array.from({ length: size }, (_, index) => {
        const number = first + from + index;
        return escalation(number, { tenant: tenants[number % tenants.length] as string, keys });
      }),
    );
    note(`${(from + size).toLocaleString('en')} of ${count.toLocaleString('en')}`);
  }
}

/** Waits until nothing of the ledger waits any more. */
export async function untilDelivered(stage: Stage, wanted: number, deadlineMs = 120_000): Promise<void> {
  await eventually(
    async () => {
      const [row] = await stage.corner.database.query<{ count: number }>(
        `select count(*)::int as count from delivery where state = 'delivered'`,
      );
      if ((row?.count ?? 0) < wanted) throw new Error(`waiting for deliveries: ${row?.count} of ${wanted}`);
    },
    { deadlineMs, everyMs: 250 },
  );
}
