// The bench of ingest under attack: signed webhooks at a steady rate while others send large bodies with wrong
// signatures, and open connections that never send a body. The reference is the same rate without them, in the same
// run.
import { writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { root } from '../root.mjs';
import { alone, atMost, compared, type Figure } from './figures.ts';
import { bodyOf, PATH } from './ingest-load.ts';
import { type House, openHouse } from './ingest-tenants.ts';
import { percentile } from './statistics.ts';
import { sendSteadily } from './steady.ts';
import type { Workbench } from './workbench.ts';

const bench = 'ingest';
const TENANTS = 1_000;
const PER_SECOND = 200;
const FLOOD_PER_SECOND = 100;
const FLOOD_CONNECTIONS = 32;
/** Longer than any stretch: it is ended with it. */
const FLOOD_SECONDS = 600;
const SILENT = 300;
const LARGE_BYTES = 256 * 1024;
const WARM_UP_S = 10;

/** What one stretch of signed traffic met. */
interface Stretch {
  readonly p99: number;
  readonly refused: number;
  /** 99th percentile, in milliseconds, as the service itself measures it. */
  readonly loopDelay: number;
}

/** What strangers cost those who sign. */
export async function strangers(desk: Workbench): Promise<Figure[]> {
  const seconds = desk.quick ? 8 : 20;
  const house = await openHouse(desk, TENANTS);
  try {
    await desk.progress.step('warming up, signed webhooks alone', () => signed(house, WARM_UP_S));
    const rounds: Record<'calm' | 'flood' | 'silent', Stretch[]> = { calm: [], flood: [], silent: [] };
    for (let round = 1; round <= (desk.quick ? 3 : 5); round += 1) {
      const step = async (name: keyof typeof rounds, trouble: Trouble) => {
        await desk.progress.step(
          `round ${round}, ${name}`,
          async () => rounds[name].push(await beside(trouble(house, desk), () => signed(house, seconds))),
          () => show(rounds[name].at(-1)),
        );
      };
      await step('calm', () => () => Promise.resolve());
      await step('flood', flood);
      await step('silent', silence);
    }
    return figuresOf(rounds);
  } finally {
    await house.running.stop();
  }
}

/** Begins something; answers how it is ended. */
type Trouble = (house: House, desk: Workbench) => () => Promise<void>;

async function beside<T>(end: () => Promise<void>, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } finally {
    await end();
  }
}

function figuresOf({ calm, flood, silent }: Record<'calm' | 'flood' | 'silent', Stretch[]>): Figure[] {
  const twice = { of: 'ratio', at: 'most', bound: 2 } as const;
  const p99 = (what: string, stretches: readonly Stretch[]) =>
    compared(
      { bench, metric: `signed p99 beside ${what}, alone`, unit: 'ms', target: twice },
      stretches.map((one, index) => ({ ours: one.p99, reference: calm[index]?.p99 ?? Number.NaN })),
    );
  const refused = (what: string, stretches: readonly Stretch[]) =>
    alone(
      { bench, metric: `signed but refused beside ${what}`, unit: 'requests', target: atMost(0) },
      stretches.map((one) => one.refused),
    );
  const large = `${FLOOD_PER_SECOND} unsigned posts/s of 256 KiB`;
  const none = `${SILENT} silent connections`;
  return [
    p99(large, flood),
    alone(
      { bench, metric: `event-loop delay p99 beside ${large}`, unit: 'ms', target: atMost(50) },
      flood.map(({ loopDelay }) => loopDelay),
    ),
    refused(large, flood),
    p99(none, silent),
    refused(none, silent),
  ];
}

let sentBefore = 0;

/** Signed webhooks of the first tenant, each due at its time. */
async function signed(house: House, seconds: number): Promise<Stretch> {
  await loopDelayOf(house);
  const from = sentBefore;
  const count = PER_SECOND * seconds;
  sentBefore += count;
  const sent = await sendSteadily({
    url: house.url,
    secret: house.secrets[0]?.at(-1) ?? '',
    count,
    perSecond: PER_SECOND,
    body: (number) => bodyOf(from + number, { tenant_id: 't0' }),
    note: () => undefined,
  });
  return {
    p99: percentile(
      sent.map(({ answeredAt, dueAt }) => answeredAt - dueAt),
      0.99,
    ),
    refused: sent.filter(({ status }) => status !== 200).length,
    loopDelay: await loopDelayOf(house),
  };
}

/** Since it was asked last. */
async function loopDelayOf({ url }: House): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const value = /^nodejs_eventloop_lag_p99_seconds(?:\{[^}]*\})? (\S+)$/m.exec(text)?.[1];
  if (value === undefined)
    throw new Error(`reading ${url}/metrics: it has no nodejs_eventloop_lag_p99_seconds`);
  return Number(value) * 1000;
}

/** Posts with a wrong signature, from a process of its own: every other one names a tenant. */
const flood: Trouble = ({ url }, desk) => {
  const text = 'x'.repeat(LARGE_BYTES - 1024);
  const signature = `sha256=${'0'.repeat(64)}`;
  const requests = join(desk.folder, 'flood.json');
  const posts = Array.from({ length: 2 * FLOOD_CONNECTIONS }, (_, number) => ({
    body: bodyOf(number, number % 2 === 0 ? { text } : { tenant_id: 't1', text }),
    signature,
  }));
  writeFileSync(requests, JSON.stringify(posts));
  const generator = desk.launch({
    name: 'flood',
    program: process.execPath,
    args: [
      join(root, 'tools/bench/load.mjs'),
      ...[`${url}${PATH}`, requests, join(desk.folder, 'flood-result.json'), String(FLOOD_CONNECTIONS)],
      ...[String(FLOOD_SECONDS), String(FLOOD_PER_SECOND)],
    ],
  });
  return async () => {
    generator.check();
    await generator.stop();
  };
};

/** Connections that announce the largest body; each is opened again when it is cut off. */
const silence: Trouble = ({ url }) => {
  const port = Number(new URL(url).port);
  const sockets = new Set<Socket>();
  let ended = false;
  const open = (): void => {
    const socket = connect(port, '127.0.0.1');
    sockets.add(socket);
    socket.on('error', () => undefined).on('data', () => undefined);
    socket.on('close', () => {
      sockets.delete(socket);
      if (!ended) open();
    });
    socket.write(
      `POST ${PATH} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${LARGE_BYTES}\r\n\r\n`,
    );
  };
  for (let count = 0; count < SILENT; count += 1) open();
  return () => {
    ended = true;
    for (const socket of sockets) socket.destroy();
    return Promise.resolve();
  };
};

function show(stretch: Stretch | undefined): string {
  if (stretch === undefined) return '';
  const { p99, loopDelay, refused } = stretch;
  return `p99 ${p99.toFixed(1)} ms, event-loop delay p99 ${loopDelay.toFixed(1)} ms, ${refused} refused`;
}
