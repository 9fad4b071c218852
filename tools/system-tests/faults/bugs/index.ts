// The ten mistakes, each with the scenario that must notice it: from the webhook to the topics, into the ledger, out to
// the vendors, and at the end of a process.
import type { Bug } from './bug.ts';

export const bugs: readonly Bug[] = [
  {
    name: 'ack-before-durable',
    breaks: 'ingest answers 200 before the event is durable',
    app: 'ingest',
    file: 'apps/ingest/src/webhook.controller.ts',
    found: 'await this.#log.append(event);',
    replacement: 'void this.#log.append(event).catch(() => undefined);',
    scenario: 'postgres-away',
    expected: 'false-2xx',
  },
  {
    name: 'spool-not-drained',
    breaks: 'events in the spool stay there when Kafka is back',
    app: 'ingest',
    file: 'apps/ingest/src/durable-log.ts',
    found: 'await drainSpool({',
    replacement: `if (this.#mayHold) return;
    await drainSpool({`,
    scenario: 'broker-stop',
    expected: 'spool',
  },
  {
    name: 'metadata-not-checked',
    breaks: 'records of a partition that the brokers have not told of are taken for written',
    app: 'router',
    file: 'libs/kafka/src/producer/batch-sender.ts',
    found:
      'if (queue.ready(now) && this.#session.leaderOf(queue) === undefined) this.#retryLater(queue, failure);',
    replacement: `if (!queue.ready(now) || this.#session.leaderOf(queue) !== undefined) continue;
      if (failure !== undefined) {
        this.#retryLater(queue, failure);
        continue;
      }
      for (const { record } of queue.take()) this.#waitingBytes -= record.size;
      this.#acknowledge(queue);`,
    scenario: 'grown-topic',
    expected: 'lost',
  },
  {
    name: 'commit-before-write',
    breaks: 'records count as done while their rows are still to be written',
    app: 'sinks',
    file: 'libs/delivery/src/intake/intake.ts',
    found: 'const refused = await this.insert(chunk.map(({ event }) => event));',
    replacement: `const refused = new Map<number, Outcome>();
      void this.insert(chunk.map(({ event }) => event)).catch(() => undefined);`,
    scenario: 'postgres-kill',
    expected: 'lost',
  },
  {
    name: 'no-dedupe',
    breaks: 'the ledger knows a record by its place instead of its event by its id',
    app: 'sinks',
    file: 'libs/delivery/src/intake/read-event.ts',
    found: 'eventId: id,',
    replacement: 'eventId: `${id}/${record.offset}`,',
    scenario: 'five-times',
    expected: 'doubled',
  },
  {
    name: 'early-return',
    breaks: 'a bad record ends its chunk, and the whole chunk counts as done',
    app: 'sinks',
    file: 'libs/delivery/src/intake/intake.ts',
    found: "await Promise.all(items.map((item) => 'event' in item && this.writer.add(item)));",
    replacement: `if (items.some((item) => 'kind' in item && item.kind === 'dead')) return records.map(() => done());
    await Promise.all(items.map((item) => 'event' in item && this.writer.add(item)));`,
    scenario: 'poison',
    expected: 'dead-letter',
  },
  {
    name: 'uncaught-type-error',
    breaks: 'a broken connection is thrown as a TypeError that nobody catches',
    app: 'sinks',
    file: 'libs/delivery/src/attempt/attempt-result.ts',
    found: 'if (error instanceof EgressError) return this.withoutAnswer(error);',
    replacement: `if (error instanceof EgressError) throw new TypeError('fetch failed', { cause: error });`,
    scenario: 'vendors',
    expected: 'crash',
  },
  {
    name: 'order-by-chance',
    breaks: 'deliveries of one key run side by side',
    app: 'sinks',
    file: 'libs/delivery/src/queue/lanes.ts',
    found: 'lane.busy = true;',
    replacement: 'this.offer(lane);',
    scenario: 'busy-keys',
    expected: 'order',
  },
  {
    name: 'lease-ignored',
    breaks: 'a replica claims what another one has claimed and is delivering',
    app: 'sinks',
    file: 'libs/ledger/src/deliveries/slots.ts',
    found: 'where i.id = ${instance} and i.heartbeat_at',
    replacement: 'where false and i.id = ${instance} and i.heartbeat_at',
    scenario: 'rebalance',
    expected: 'doubled',
  },
  {
    name: 'drain-skipped',
    breaks: 'SIGTERM ends the process in the middle of its calls',
    app: 'sinks',
    file: 'libs/service/src/run-service.ts',
    found: 'end(0, STOP_DEADLINE_MS);',
    replacement: 'process.exit(0);',
    scenario: 'rolling',
    expected: 'doubled',
  },
];
