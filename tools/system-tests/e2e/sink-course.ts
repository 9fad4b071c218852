// Runs processes of a sink's bundle between a topic that a spec fills and receivers that answer as the spec wants. The
// spec starts and ends the processes.
import { randomBytes } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { topics } from '@switchboard/contracts';
import { KafkaProducer } from '@switchboard/kafka';
import {
  eventually,
  type HttpStub,
  httpStub,
  type StubAnswer,
  type StubRequest,
  type Suite,
  suite,
} from '@switchboard/testing';
import { startGuard } from '../../processes/guard.mjs';
import { freePorts } from '../../servers/ports.mjs';
import { childEnv } from '../../processes/child-env.mjs';
import { escalation, escalationOf } from '../../load/escalation.ts';
import { root } from '../../root.mjs';
import { runSetup } from '../rig/run-setup.ts';
import { readLog, type ServiceProcess, startProcess } from '../../processes/service-process.ts';
import type { Call, Row } from './calls.ts';

const CHUNK = 2_000;

/** An integration, of a tenant of the same name. */
export interface Integration {
  /** How it is delivered to; default as every integration. */
  readonly delivery?: object;
  /** The secret part of its address. */
  readonly token?: string;
}

/** The next so many events of each of some integrations, in turn, over so many conversations each. */
export interface Load {
  readonly integrations: readonly string[];
  readonly each: number;
  readonly conversations: number;
}

/** A course that is set up. */
export interface SinkCourse {
  readonly corner: Suite;
  /** What has come to the receiver so far. */
  readonly calls: readonly Call[];
  /** Processes that ended by themselves, a line each. */
  readonly crashes: readonly string[];
  /** Starts a process of the sink; resolves when it is ready. */
  start(): Promise<ServiceProcess>;
  /** Makes integrations, or changes them, as an operator does. */
  apply(integrations: Readonly<Record<string, Integration>>): Promise<void>;
  /** Puts events into the topic. */
  feed(load: Load): Promise<void>;
  /** Does so every so many ms until what it answers is called, which resolves with how many events that was. */
  keepFeeding(load: Load, everyMs: number): () => Promise<number>;
  rows(): Promise<Row[]>;
  /** The rows, once so many are delivered; those of one integration where it is named. */
  delivered(count: number, integration?: string): Promise<Row[]>;
  /** What the processes wrote, all lines. */
  log(): string;
  end(): Promise<void>;
}

/**
 * Sets up topics, tables and integrations; `answer` is asked for each call. The sink is Slack's, or another that calls
 * `webhookUrl` with messages like its, in a bundle under the same name in `dist`.
 */
export async function openCourse(
  integrations: Readonly<Record<string, Integration>>,
  answer: (call: Call) => StubAnswer | Promise<StubAnswer>,
  { sink = 'slack', dist = join(root, 'dist') }: { readonly sink?: string; readonly dist?: string } = {},
): Promise<SinkCourse> {
  const guard = startGuard();
  const folder = mkdtempSync(join(tmpdir(), 'switchboard-course-'));
  guard.remove(folder);
  const corner = await suite({ topics: false });
  const calls: Call[] = [];
  const turns = new Map<string, number>();
  const receive = ({ path, headers, text, at }: StubRequest) => {
    const [, integration = '', token = '', step = ''] = path.split('/');
    const { conversation, number } = escalationOf(text);
    const name = `${integration} ${number} ${step}`;
    const turn = turns.get(name) ?? 0;
    turns.set(name, turn + 1);
    const key = String(headers['idempotency-key']);
    const call = { integration, token, step, conversation, number, key, turn, at };
    calls.push(call);
    return answer(call);
  };
  // One for each: a process has only so many connections to one place.
  const receivers = new Map<string, HttpStub>();
  const env = {
    ...childEnv(),
    ...corner.env,
    NODE_ENV: 'production',
    ENCRYPTION_KEY: randomBytes(32).toString('hex'),
    EGRESS_ALLOW: '127.0.0.1',
  };
  const logFile = join(folder, 'sink.log');
  const crashes: string[] = [];
  const processes: ServiceProcess[] = [];
  const producer = new KafkaProducer(corner.kafka);
  const fed = new Map<string, number>();
  const feed = async ({ integrations: tenants, each, conversations: keys }: Load) => {
    const records = Array.from({ length: each }, (_, index) =>
      tenants.map((tenant) => {
        const { value, ...record } = escalation((fed.get(tenant) ?? 0) + index, { tenant, keys });
        return { ...record, topic: topics.escalations, value: Buffer.from(value), timestamp: Date.now() };
      }),
    ).flat();
    for (const tenant of tenants) fed.set(tenant, (fed.get(tenant) ?? 0) + each);
    for (let from = 0; from < records.length; from += CHUNK)
      await producer.sendMany(records.slice(from, from + CHUNK));
  };
  const feeding = new Set<() => Promise<number>>();
  const apply = async (changed: Readonly<Record<string, Integration>>) => {
    for (const id of Object.keys(changed)) if (!receivers.has(id)) receivers.set(id, await httpStub(receive));
    const file = join(folder, 'integrations.yaml');
    writeFileSync(file, integrationsFile(sink, changed, receivers));
    return runSetup(join(root, 'dist'), env, file);
  };
  await apply(integrations);
  const ended = async (integration?: string) => {
    const [row] = await corner.database.query<{ count: number }>(
      `select count(*)::int as count from delivery
       where state = 'delivered' and ($1::text is null or integration_id = $1)`,
      [integration ?? null],
    );
    return row?.count;
  };
  const rows = async () => {
    const found = await corner.database.query<
      Omit<Row, 'number' | 'finishedAt'> & { event: string; finished: Date | null }
    >(
      `select id, integration_id as integration, event_id as event, state, attempts, calls, finished_at as finished
       from delivery order by id`,
    );
    return found.map(({ event, finished, ...row }) => ({
      ...row,
      number: Number(event.split('_').at(-1)),
      finishedAt: finished === null ? null : finished.getTime(),
    }));
  };
  return {
    corner,
    calls,
    crashes,
    apply,
    rows,
    async start() {
      const [port = 0] = await freePorts(1);
      const onCrash = (what: string) => crashes.push(what);
      const ready = '/health/ready';
      const started = await startProcess({
        name: 'sink-slack',
        dist,
        env,
        port,
        ready,
        logFile,
        guard,
        onCrash,
      });
      processes.push(started);
      return started;
    },
    feed,
    keepFeeding(load, everyMs) {
      let stopped = false;
      const run = async () => {
        let count = 0;
        while (!stopped) {
          await feed(load);
          count += load.each * load.integrations.length;
          await new Promise((resolve) => setTimeout(resolve, everyMs));
        }
        return count;
      };
      const running = run();
      // Whoever stops it hears of it, perhaps only after something else has failed.
      running.catch(() => undefined);
      const stop = () => {
        stopped = true;
        return running;
      };
      feeding.add(stop);
      return stop;
    },
    async delivered(count, integration) {
      const check = async () => expect(await ended(integration)).toBe(count);
      await eventually(check, { deadlineMs: 60_000, everyMs: 100 });
      return (await rows()).filter((row) => integration === undefined || row.integration === integration);
    },
    log: () => readLog(logFile),
    async end() {
      await Promise.all([...feeding].map((stop) => stop()));
      await Promise.all(processes.map((one) => one.end('SIGTERM')));
      await producer.close();
      await Promise.all([...receivers.values()].map((receiver) => receiver.close()));
      await corner.end();
      await guard.endAll();
    },
  };
}

/** The receivers of this machine take more than the vendors whose sinks call them. */
const limits = { per_second: 100_000, concurrency: 64 };

function integrationsFile(
  sink: string,
  integrations: Readonly<Record<string, Integration>>,
  receivers: ReadonlyMap<string, HttpStub>,
): string {
  return JSON.stringify({
    tenants: Object.keys(integrations).map((id) => ({
      id,
      webhook_secrets: [`nobody-posts-webhooks-of-${id}-here`],
    })),
    integrations: Object.entries(integrations).map(([id, { delivery = {}, token = 'token' }]) => ({
      id,
      tenant: id,
      sink,
      secrets: { webhookUrl: `${receivers.get(id)?.url}/${id}/${token}` },
      delivery: { limits, ...delivery },
    })),
  });
}
