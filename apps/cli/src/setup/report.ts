// `setup report`: counts the events on each topic and the deliveries in each state, and checks that no event was lost
// from topic to topic. It compares sets of event ids, not counts.
import {
  allTopics,
  decodeHeaders,
  deadLetterHeaders,
  headerText,
  routesOf,
  type Topic,
  topics,
} from '@switchboard/contracts';
import { type InRecord, type KafkaSettings, readAll } from '@switchboard/kafka';
import type { Database } from '@switchboard/postgres';
import { labelled } from '../text.ts';

export interface Report {
  readonly since: string;
  /** Distinct events per topic, by the topic's name without prefix. */
  readonly topics: Readonly<Record<string, number>>;
  readonly accepted: number;
  readonly enriched: number;
  readonly conversations: number;
  readonly leads: number;
  readonly escalations: number;
  readonly deadLetters: number;
  readonly spooled: number;
  readonly deliveries: readonly { sink: string; state: string; count: number }[];
  /** From acceptance to effect, in milliseconds; null if nothing was delivered. */
  readonly latency: { readonly p50_ms: number | null; readonly p99_ms: number | null };
  readonly conservation: { readonly holds: boolean; readonly problems: readonly string[] };
}

type TypesById = ReadonlyMap<string, string>;

/** Reads the topics from `since` (milliseconds since 1970) to their ends, and the ledger. */
export async function report(kafka: KafkaSettings, database: Database, since: number): Promise<Report> {
  const found = new Map<Topic, TypesById>();
  // From the last topic to the first: an event that comes in meanwhile can only be missing, never without an origin.
  for (const topic of allTopics.filter((one) => one !== topics.deadLetters).reverse())
    found.set(topic, eventsIn(topic, await recordsSince(kafka, topic, since)));
  // Dead letters last: an event that becomes one meanwhile is not reported as missing.
  const letters = await recordsSince(kafka, topics.deadLetters, since);
  found.set(topics.deadLetters, eventsIn(topics.deadLetters, letters));
  const lost = lostInEnricher(letters);
  const on = (topic: Topic): TypesById => found.get(topic) ?? new Map();
  const deliveries = await database.query<{ sink: string; state: string; count: number }>(
    `select sink, state, count(*)::int as count from delivery
     where accepted_at >= to_timestamp($1 / 1000.0) group by sink, state order by sink, state`,
    [since],
  );
  const [latency] = await database.query<{ p50: number | null; p99: number | null }>(
    `select percentile_cont(0.5) within group (order by ms) as p50, percentile_cont(0.99) within group (order by ms) as p99
     from (select extract(epoch from finished_at - accepted_at) * 1000 as ms from delivery
           where state = 'delivered' and replayed_at is null and accepted_at >= to_timestamp($1 / 1000.0)) as effects`,
    [since],
  );
  const [spool] = await database.query<{ count: number }>('select count(*)::int as count from spool');
  const problems = [
    ...missing(topics.enriched.name, on(topics.events), on(topics.enriched), lost),
    ...[topics.conversations, topics.leads, topics.escalations].flatMap((topic) => {
      const wanted = [...on(topics.enriched)].filter(([, type]) => routesOf(type).includes(topic));
      return missing(topic.name, new Map(wanted), on(topic), new Set());
    }),
    ...((spool?.count ?? 0) > 0 ? [`${spool?.count} events wait in the spool`] : []),
  ];
  return {
    since: new Date(since).toISOString(),
    topics: Object.fromEntries(allTopics.map((topic) => [topic.name, on(topic).size])),
    accepted: on(topics.events).size,
    enriched: on(topics.enriched).size,
    conversations: on(topics.conversations).size,
    leads: on(topics.leads).size,
    escalations: on(topics.escalations).size,
    deadLetters: on(topics.deadLetters).size,
    spooled: spool?.count ?? 0,
    deliveries,
    latency: { p50_ms: latency?.p50 ?? null, p99_ms: latency?.p99 ?? null },
    conservation: { holds: problems.length === 0, problems },
  };
}

async function recordsSince(kafka: KafkaSettings, topic: Topic, since: number): Promise<InRecord[]> {
  return (await readAll(kafka, topic)).filter(({ timestamp }) => timestamp >= since);
}

function eventsIn(topic: Topic, records: readonly InRecord[]): TypesById {
  const events = new Map<string, string>();
  for (const record of records) {
    const headers = decodeHeaders(record.headers);
    events.set(headers?.id ?? placeOf(topic, record.partition, record.offset), headers?.type ?? '');
  }
  return events;
}

/** The name of a record without event headers. */
function placeOf({ name }: Topic, partition: number | string, offset: number | string): string {
  return `${name}/${partition}/${offset}`;
}

/** Ids, as in `eventsIn`, of the events that the enricher wrote to the dead-letter topic. They are not missing. */
function lostInEnricher(letters: readonly InRecord[]): Set<string> {
  const ids = new Set<string>();
  for (const { headers } of letters) {
    const ended = headerText(headers, deadLetterHeaders.topic)?.endsWith(topics.events.name);
    const place = [deadLetterHeaders.partition, deadLetterHeaders.offset] as const;
    const [partition = '', offset = ''] = place.map((name) => headerText(headers, name));
    if (ended) ids.add(decodeHeaders(headers)?.id ?? placeOf(topics.events, partition, offset));
  }
  return ids;
}

function missing(where: string, wanted: TypesById, found: TypesById, ended: ReadonlySet<string>): string[] {
  const absent = [...wanted.keys()].filter((id) => !found.has(id) && !ended.has(id));
  const unexpected = [...found.keys()].filter((id) => !wanted.has(id));
  return [
    ...(absent.length > 0
      ? [`${absent.length} events are not on ${where} (not processed yet, or lost), for example ${absent[0]}`]
      : []),
    ...(unexpected.length > 0
      ? [
          `${unexpected.length} events on ${where} are not on the topic before it, for example ${unexpected[0]}`,
        ]
      : []),
  ];
}

/** A table for people. */
export function reportText(result: Report): string {
  const rows: [string, string | number][] = [
    ...Object.entries(result.topics),
    ...result.deliveries.map(({ sink, state, count }): [string, number] => [`${sink} ${state}`, count]),
    ['p50 accepted to effect, ms', result.latency.p50_ms?.toFixed(0) ?? '-'],
    ['p99 accepted to effect, ms', result.latency.p99_ms?.toFixed(0) ?? '-'],
    ['conservation', result.conservation.holds ? 'holds' : result.conservation.problems.join('; ')],
  ];
  return labelled(rows).join('\n');
}
