// The bench of ingest: the whole service beside the smallest program that could do its job, under as many signed
// webhooks as they can answer.
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Topic, topicName, topics } from '@switchboard/contracts';
import { ensureTopics, singleNode } from '@switchboard/kafka';
import { freePorts } from '../servers/ports.mjs';
import { script, service } from './contestants.ts';
import { alone, atMost, compared, type Figure, ratioAtLeast } from './figures.ts';
import { bodyOf, type Door, type Load, load, PATH } from './ingest-load.ts';
import { signatureOf } from '../load/signature.mjs';
import { manyTenants } from './ingest-tenants.ts';
import { strangers } from './ingest-strangers.ts';
import { type Contestant, pairs, playRounds } from './rounds.ts';
import type { Workbench } from './workbench.ts';

const bench = 'ingest';
const BODIES = 4_096;
// V8 compiles for about this long: what runs before is not what a service is like.
const FIRST_WARM_UP_S = 20;
const WARM_UP_S = 2;

/** One tenant beside the least there could be; many tenants beside one; signed webhooks beside what strangers send. */
export async function ingestBench(desk: Workbench): Promise<Figure[]> {
  return [...(await besideBareHttp(desk)), ...(await manyTenants(desk)), ...(await strangers(desk))];
}

/** Requests per second, their latency, and whether all were taken. */
async function besideBareHttp(desk: Workbench): Promise<Figure[]> {
  const seconds = desk.quick ? 3 : 8;
  const corner = await desk.corner();
  const secret = randomBytes(24).toString('hex');
  const requests = join(desk.folder, 'requests.json');
  writeFileSync(requests, JSON.stringify(signedBodies(secret)));
  const sealed = { WEBHOOK_SECRET: secret, ENCRYPTION_KEY: randomBytes(32).toString('hex') };
  const command = await service(bench, corner, { ...sealed, DEFAULT_TENANT: 'acme' });
  const named = (topic: Topic) => topicName(topic, corner.env.TOPIC_PREFIX);
  const other: Topic = { ...topics.events, name: 'reference-events' };
  await ensureTopics(corner.kafka, [other], singleNode);
  const [port] = await freePorts(1);
  const doors = {
    'the service': { url: `${command.url}${PATH}`, topic: named(topics.events) },
    'bare HTTP': { url: `http://127.0.0.1:${port}${PATH}`, topic: named(other) },
  };
  const bare = script('ingest', [desk.brokers, named(other), String(port)]);
  const running = [
    desk.launch(command),
    desk.launch({ ...bare, env: { SECRET: secret }, readyUrl: doors['bare HTTP'].url }),
  ];
  try {
    await Promise.all(running.map(({ ready }) => ready));
    for (const [name, door] of Object.entries(doors)) {
      await desk.progress.step(
        `warming up, ${name}`,
        () => load(desk, door, { requests, seconds: FIRST_WARM_UP_S }),
        rateOf,
      );
    }
    const contestant = (door: Door): Contestant<Load> => {
      return async () => {
        await load(desk, door, { requests, seconds: WARM_UP_S });
        return load(desk, door, { requests, seconds });
      };
    };
    const results = await playRounds(desk, {
      rounds: desk.quick ? 3 : 5,
      show: rateOf,
      contestants: {
        'the service': contestant(doors['the service']),
        'bare HTTP': contestant(doors['bare HTTP']),
      },
    });
    return figuresOf(results['the service'], results['bare HTTP']);
  } finally {
    await Promise.all(running.map((one) => one.stop()));
  }
}

function rateOf({ perSecond, p99 }: Load): string {
  return `${Math.round(perSecond).toLocaleString('en')} requests/s, p99 ${p99} ms`;
}

function figuresOf(ours: readonly Load[], reference: readonly Load[]): Figure[] {
  return [
    compared(
      { bench, metric: 'webhooks, bare HTTP', unit: 'requests/s', target: ratioAtLeast(0.75) },
      pairs(ours, reference, ({ perSecond }) => perSecond),
    ),
    compared(
      { bench, metric: 'p50, bare HTTP', unit: 'ms' },
      pairs(ours, reference, ({ p50 }) => p50),
    ),
    compared(
      { bench, metric: 'p99, bare HTTP', unit: 'ms' },
      pairs(ours, reference, ({ p99 }) => p99),
    ),
    alone(
      { bench, metric: 'answers other than 2xx', unit: 'requests', target: atMost(0) },
      ours.map(({ refused }) => refused),
    ),
  ];
}

function signedBodies(secret: string): { body: string; signature: string }[] {
  return Array.from({ length: BODIES }, (_, number) => {
    const body = bodyOf(number);
    return { body, signature: signatureOf(body, secret) };
  });
}
