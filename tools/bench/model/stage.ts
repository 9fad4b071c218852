// Sets up the bench of the model step: an enricher, a stand-in of the model server, and a reader that records when each
// event comes out.
import { conversationEscalated, encodeHeaders, topicName, topics } from '@switchboard/contracts';
import { eventually } from '@switchboard/testing';
import { type Billed, startModelServer } from '../../stand-ins/model.ts';
import { service } from '../contestants.ts';
import { customerMessage } from '../sentences.ts';
import type { Workbench } from '../workbench.ts';

const TENANT = 'acme';
const TICK_MS = 10;

/** One enriched event as it came out. */
export interface Arrival {
  readonly id: string;
  /** When it came out, in milliseconds since 1970. */
  readonly at: number;
  readonly latencyMs: number;
  readonly source: string;
}

/** A stage that is set. */
export interface ModelStage {
  /** Sends so many events at a steady rate; answers what came of them, once all have come. */
  play(options: { count: number; perSecond: number; note: (text: string) => void }): Promise<Arrival[]>;
  mode(name: string): Promise<Billed>;
  end(): Promise<void>;
}

/** Starts an enricher on a corner of its own, with a model that takes so long. */
export async function setModelStage(
  desk: Workbench,
  options: { delayMs: number; env: Readonly<Record<string, string>> },
): Promise<ModelStage> {
  const corner = await desk.corner();
  const server = await startModelServer(desk.guard, options);
  const env = { OPENAI_API_KEY: 'sk-bench', OPENAI_BASE_URL: `${server.url}/v1`, ...options.env };
  const enricher = desk.launch(await service('enricher', corner, env));
  await enricher.ready;
  const nameOf = (topic: (typeof topics)[keyof typeof topics]) => topicName(topic, corner.env.TOPIC_PREFIX);
  const arrivals = new Map<string, Arrival>();
  const unfollow = await desk.broker.follow(nameOf(topics.enriched), ({ id, acceptedAt, value }) => {
    if (arrivals.has(id)) return;
    const { source } = (JSON.parse(value.toString()) as { enrichment: { source: string } }).enrichment;
    const at = Date.now();
    arrivals.set(id, { id, at, latencyMs: at - acceptedAt, source });
  });
  let sent = 0;
  return {
    mode: server.mode,
    async play({ count, perSecond, note }) {
      const begun = Date.now();
      const first = sent;
      const writes: Promise<void>[] = [];
      while (sent - first < count) {
        const due = Math.min(count, Math.floor(((Date.now() - begun) * perSecond) / 1000) + 1);
        const chunk = Array.from({ length: due - (sent - first) }, (_, index) => eventOf(sent + index));
        sent += chunk.length;
        if (chunk.length > 0) writes.push(desk.broker.write(nameOf(topics.events), chunk));
        note(`${sent - first} of ${count}`);
        await new Promise((resolve) => setTimeout(resolve, TICK_MS));
      }
      await Promise.all(writes);
      const ids = Array.from({ length: count }, (_, index) => idOf(first + index));
      return eventually(
        () => {
          enricher.check();
          const came = ids.flatMap((id) => arrivals.get(id) ?? []);
          if (came.length < count) throw new Error(`waiting for enriched events: ${came.length} of ${count}`);
          return came;
        },
        { deadlineMs: 120_000, everyMs: 100 },
      );
    },
    async end() {
      await unfollow();
      await enricher.stop();
      await server.stop();
    },
  };
}

const idOf = (number: number) => `evt_${number}`;

/** An escalation with words that no other one has, so that none is answered from the cache. */
function eventOf(number: number) {
  const conversation = `conv_${number}`;
  const time = new Date().toISOString();
  const messages = [{ role: 'user', content: `${customerMessage(number)} (case ${number})` }];
  const { type } = conversationEscalated;
  return {
    key: conversation,
    headers: encodeHeaders({ id: idOf(number), type, source: '/webhooks/helpninja', tenantId: TENANT, time }),
    value: JSON.stringify({
      event: type,
      timestamp: time,
      data: { conversation_id: conversation, messages },
    }),
    timestamp: String(Date.now()),
  };
}
