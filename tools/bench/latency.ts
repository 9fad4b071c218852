// The bench of latency: from a signed webhook to its effect at the receiver, through the whole system at a steady rate.
// The reference is one hop through Kafka.
import { randomBytes } from 'node:crypto';
import { leadQualified, messageSent } from '@switchboard/contracts';
import { firstEffects } from './effects.ts';
import { alone, atMost, type Figure, figure, type Target } from './figures.ts';
import { measureHop } from './hop.ts';
import { canTell, percentile, type Summary, summarise } from './statistics.ts';
import { sendSteadily } from './steady.ts';
import { isWanted, mix } from './whole/mix.ts';
import type { Workbench } from './workbench.ts';

const bench = 'latency';
const PER_SECOND = 500;
/** Most machine code of seven Node processes is made in the first minute of work. */
const WARM_UP = 60;
/** The run is cut into so many parts, whose percentiles show the spread. */
const PARTS = 5;
/** Latency of the wanted events, and that each has had its effect. */
export async function latencyBench(desk: Workbench): Promise<Figure[]> {
  const { seconds, warmUp } = desk.quick
    ? { seconds: 10, warmUp: WARM_UP / 2 }
    : { seconds: 60, warmUp: WARM_UP };
  const corner = await desk.corner();
  const hop = await desk.progress.step(`one Kafka hop, ${PER_SECOND} events/s`, () =>
    measureHop(desk, corner, { perSecond: PER_SECOND, seconds: Math.min(seconds, 20), warmUp }),
  );
  const system = await desk.progress.step('the whole system', () => desk.system(corner));
  const run = randomBytes(4).toString('hex');
  const sent = await desk.progress.step(`${PER_SECOND} events/s for ${seconds + warmUp} s`, ({ note }) =>
    sendSteadily({
      url: system.ingest,
      secret: system.secret,
      count: (seconds + warmUp) * PER_SECOND,
      perSecond: PER_SECOND,
      body: (number) => bodyOf(run, number),
      note,
    }),
  );
  const wanted = sent.filter(({ number }) => isWanted(number));
  const conversations = new Set(wanted.map(({ number }) => conversationOf(run, number)));
  const arrivals = await desk.progress.step('effects', ({ note }) =>
    firstEffects(system, { conversations, note }),
  );
  const measured = sent.filter(({ number }) => number >= warmUp * PER_SECOND);
  const effects = measured.flatMap(({ number, dueAt }) => {
    const at = arrivals.get(conversationOf(run, number));
    return at === undefined ? [] : [at - dueAt];
  });
  const answers = measured.map(({ answeredAt, dueAt }) => answeredAt - dueAt);
  const refused = sent.filter(({ status }) => status !== 200).length;
  const none = { bench, unit: 'events', target: atMost(0) };
  return [
    quantile('webhook to effect', { part: 0.5, latencies: effects, hop, target: atMost(25) }),
    quantile('webhook to effect', { part: 0.99, latencies: effects, hop, target: atMost(100) }),
    quantile('webhook to answer', { part: 0.5, latencies: answers, hop }),
    quantile('webhook to answer', { part: 0.99, latencies: answers, hop }),
    alone({ ...none, metric: `not accepted, of ${sent.length}` }, [refused]),
    alone({ ...none, metric: `without effect, of ${conversations.size} wanted` }, [
      conversations.size - arrivals.size,
    ]),
  ];
}

function quantile(
  what: string,
  measured: { part: number; latencies: readonly number[]; hop: readonly number[]; target?: Target },
): Figure {
  const { part, latencies, hop, target } = measured;
  const metric = `${what}, p${part * 100} of ${latencies.length}; one Kafka hop`;
  const value = spreadOf(latencies, part);
  const reference = spreadOf(hop, part);
  const ratio = summarise([value.median / reference.median]);
  return figure({ bench, metric, unit: 'ms', ...(target ? { target } : {}) }, value, { reference, ratio });
}

/** The percentile of the whole run, and the smallest and largest of its parts. */
function spreadOf(latencies: readonly number[], part: number): Summary {
  const size = Math.ceil(latencies.length / PARTS);
  const parts = Array.from({ length: PARTS }, (_, index) =>
    latencies.slice(index * size, (index + 1) * size),
  );
  const { min, max } = summarise(
    // Of parts that are too short for it the whole run speaks alone.
    parts.some(({ length }) => !canTell(length, part))
      ? [percentile(latencies, part)]
      : parts.map((one) => percentile(one, part)),
  );
  return { median: percentile(latencies, part), min, max };
}

function conversationOf(run: string, number: number): string {
  return `conv_${run}_${number}`;
}

/** A conversation of its own for each event, by which its effect is known again. */
function bodyOf(run: string, number: number): string {
  const event = mix[number % mix.length] ?? messageSent;
  const data = { ...event.example, conversation_id: conversationOf(run, number), number };
  const named = event === leadQualified ? { customer_email: `lead${number}@example.com` } : {};
  return JSON.stringify({
    event: event.type,
    timestamp: new Date().toISOString(),
    data: { ...data, ...named },
  });
}
