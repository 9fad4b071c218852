// Reads the final state: every topic, the ledger, and the vendors.
import { deadLetterHeaders, decodeHeaders, headerText, type Topic, topics } from '@switchboard/contracts';
import { readAll } from '@switchboard/kafka';
import type { Suite } from '@switchboard/testing';
import type { Effect } from './effects.ts';

/** Topics on which every accepted event is looked for. */
export const watched: readonly Topic[] = [
  topics.events,
  topics.enriched,
  topics.conversations,
  topics.leads,
  topics.escalations,
];

/** A row of the ledger. */
export interface Row {
  readonly eventId: string;
  readonly integration: string;
  readonly state: string;
}

/** A record that a service gave up. */
export interface DeadLetter {
  readonly key: string;
  /** The service. */
  readonly stage: string;
  readonly code: string;
}

export interface Facts {
  /** By topic: event ids in the order of the records, partition after partition, repeats included. A record without
   * headers goes by its key. */
  readonly records: ReadonlyMap<string, readonly string[]>;
  readonly deadLetters: readonly DeadLetter[];
  readonly rows: readonly Row[];
  /** In order of arrival. */
  readonly effects: readonly Effect[];
  /** Events that wait in ingest's spool. */
  readonly spooled: number;
  /** Distinct events that metrics has counted. */
  readonly counted: number;
  /**
   * Calls of a delivery (`EVENT for INTEGRATION`) without a whole answer: nobody could know whether they had their
   * effect.
   */
  readonly unanswered: ReadonlyMap<string, number>;
  /** Attempts that delivered nothing, by what is written about them: they tell why an effect was repeated. */
  readonly failedAttempts: Readonly<Record<string, number>>;
}

const READ_MS = 180_000;

/** Collects them. One topic at a time, and of each record only the id is kept. */
export async function collectFacts(corner: Suite, effects: readonly Effect[]): Promise<Facts> {
  const records = new Map<string, string[]>();
  for (const topic of watched) {
    const found = await readAll(corner.kafka, topic, READ_MS);
    const ids = found
      .sort((a, b) => a.partition - b.partition || Number(a.offset) - Number(b.offset))
      .map(({ headers, key }) => decodeHeaders(headers)?.id ?? String(key));
    records.set(topic.name, ids);
  }
  const deadLetters = (await readAll(corner.kafka, topics.deadLetters, READ_MS)).map(({ key, headers }) => ({
    key: String(key),
    stage: headerText(headers, deadLetterHeaders.stage) ?? '',
    code: headerText(headers, deadLetterHeaders.errorCode) ?? '',
  }));
  const rows = await corner.database.query<Row>(
    'select event_id as "eventId", integration_id as integration, state from delivery order by id',
  );
  const [sums] = await corner.database.query<Pick<Facts, 'spooled' | 'counted'>>(
    `select (select count(*)::int from spool) as spooled,
       (select coalesce(sum(events), 0)::int from event_count) as counted`,
  );
  const attempts = await corner.database.query<{ what: string; times: number }>(
    `select concat_ws(': ', outcome, reason) as what, count(*)::int as times from delivery_attempt
     where outcome <> 'delivered' group by 1 order by 2 desc limit 20`,
  );
  return {
    records,
    deadLetters,
    rows,
    effects,
    spooled: sums?.spooled ?? 0,
    counted: sums?.counted ?? 0,
    unanswered: await callsWithoutAnswer(corner),
    failedAttempts: Object.fromEntries(attempts.map(({ what, times }) => [what, times])),
  };
}

/** By delivery. An answer that broke off after its status is noted with that status, and without a text. */
export async function callsWithoutAnswer({ database }: Suite): Promise<Map<string, number>> {
  const rows = await database.query<{ delivery: string; calls: number }>(
    `select d.event_id || ' for ' || d.integration_id as delivery, count(*)::int as calls
     from delivery_attempt a join delivery d on d.day = a.day and d.id = a.delivery_id
     where a.outcome = 'retry' and a.answer is null group by 1`,
  );
  return new Map(rows.map(({ delivery, calls }) => [delivery, calls]));
}
