// Judges the facts against what was posted: sets are compared by event id on every topic, in the ledger and at the
// vendors, and the order of each conversation is followed. Pure, so that it can be shown that it sees what is wrong.
import { conversationEscalated, leadQualified, routesOf, topics } from '@switchboard/contracts';
import type { Effect, EffectKind } from './effects.ts';
import { type Facts, watched } from './facts.ts';
import type { Sent } from './load.ts';
import { Violations } from './violations.ts';

/** What the facts are measured against. */
export interface Expectation {
  readonly sent: ReadonlyMap<string, Sent>;
  /** Repeated effects that are within the promise, beside those that follow a call without an answer. */
  readonly mayDouble: number;
  /** Records the scenario put on topics itself, by key, and the services that must give each up. */
  readonly planted: ReadonlyMap<string, readonly string[]>;
}

export interface Judgement {
  readonly violations: Violations;
  /** Rows of the ledger that ended delivered. */
  readonly delivered: number;
  /** Effects beyond the first of each event and kind, and those among them that follow a call without an answer. */
  readonly doubled: number;
  readonly unanswered: number;
  /** By topic: records beyond the first of each event, which at-least-once allows. */
  readonly repeatedRecords: Readonly<Record<string, number>>;
}

/** Effects an event must have, by its type, with the ending of the integration's id. */
const effectsOf: Readonly<
  Record<string, { readonly suffix: string; readonly kinds: readonly EffectKind[] }>
> = {
  [leadQualified.type]: { suffix: 'crm', kinds: ['contact', 'note'] },
  [conversationEscalated.type]: { suffix: 'slack', kinds: ['message'] },
};

/** How many rows the ledger must end with, given what was accepted. */
export function wantedRows(sent: ReadonlyMap<string, Sent>): number {
  return [...sent.values()].filter(({ state, type }) => state === 'accepted' && type in effectsOf).length;
}

/** Compares. */
export function judge(facts: Facts, expected: Expectation): Judgement {
  const violations = new Violations();
  const repeatedRecords = judgeTopics(facts, expected, violations);
  judgeDeadLetters(facts, expected, violations);
  const delivered = judgeRows(facts, expected, violations);
  const doubled = judgeEffects(facts, expected, violations);
  if (facts.spooled > 0) violations.add('spool', `${facts.spooled} events wait in the spool`);
  const accepted = [...expected.sent.values()].filter(({ state }) => state === 'accepted').length;
  if (facts.counted !== accepted) {
    violations.add('count', `metrics counted ${facts.counted} distinct events, ${accepted} were accepted`);
  }
  return { violations, delivered, doubled: doubled.all, unanswered: doubled.unanswered, repeatedRecords };
}

function judgeTopics(
  facts: Facts,
  { sent, planted }: Expectation,
  violations: Violations,
): Record<string, number> {
  const repeated: Record<string, number> = {};
  for (const topic of watched) {
    let again = 0;
    const seen = new Set<string>();
    const last = new Map<string, number>();
    const everywhere = topic === topics.events || topic === topics.enriched;
    for (const id of facts.records.get(topic.name) ?? []) {
      if (planted.has(id)) continue;
      const event = sent.get(id);
      const belongs =
        event && event.state !== 'refused' && (everywhere || routesOf(event.type).includes(topic));
      if (!belongs)
        violations.add('stranger', `${id} is on ${topic.name} (${event?.state ?? 'never posted'})`);
      if (seen.has(id)) again += 1;
      else if (belongs) follow(last, laneOf(event), event.number, `on ${topic.name}`, violations);
      seen.add(id);
    }
    repeated[topic.name] = again;
    const kind = topic === topics.events ? 'false-2xx' : 'lost';
    for (const [id, { state, type }] of sent) {
      const wanted = state === 'accepted' && (everywhere || routesOf(type).includes(topic));
      if (wanted && !seen.has(id)) violations.add(kind, `${id} (${type}) is not on ${topic.name}`);
    }
  }
  return repeated;
}

/** First sightings of a lane must come in the order of their numbers. */
function follow(
  last: Map<string, number>,
  lane: string,
  number: number,
  where: string,
  violations: Violations,
): void {
  const before = last.get(lane) ?? 0;
  if (number < before) violations.add('order', `${lane}: ${number} came after ${before} ${where}`);
  else last.set(lane, number);
}

function judgeDeadLetters({ deadLetters }: Facts, { planted }: Expectation, violations: Violations): void {
  const missing = new Set(
    [...planted].flatMap(([key, stages]) => stages.map((stage) => `${key} by ${stage}`)),
  );
  const wanted = new Set(missing);
  for (const { key, stage, code } of deadLetters) {
    const letter = `${key} by ${stage}`;
    if (!wanted.has(letter)) violations.add('dead-letter', `${letter} (${code}) should not be there`);
    missing.delete(letter);
  }
  for (const letter of missing) violations.add('dead-letter', `${letter} is missing`);
}

function judgeRows({ rows }: Facts, { sent }: Expectation, violations: Violations): number {
  const missing = new Map<string, string>();
  for (const [id, event] of sent) {
    const integration = integrationOf(event);
    if (event.state === 'accepted' && integration) missing.set(`${id} for ${integration}`, event.type);
  }
  const seen = new Set<string>();
  let delivered = 0;
  for (const { eventId, integration, state } of rows) {
    const name = `${eventId} for ${integration}`;
    const event = sent.get(eventId);
    if (!event || event.state === 'refused' || integrationOf(event) !== integration) {
      violations.add('stranger', `a row of ${name} that nobody wanted (${event?.state ?? 'never posted'})`);
    }
    if (seen.has(name)) violations.add('rows', `${name} has more than one row`);
    seen.add(name);
    missing.delete(name);
    if (state === 'delivered') delivered += 1;
    else violations.add(state === 'waiting' ? 'slow' : 'lost', `the row of ${name} ended as ${state}`);
  }
  for (const [name, type] of missing) violations.add('lost', `${name} (${type}) has no row`);
  return delivered;
}

function judgeEffects(facts: Facts, expected: Expectation, violations: Violations): Doubled {
  const { sent, mayDouble } = expected;
  const known = effectsWanted(sent);
  const first = new Map<string, Effect>();
  const last = new Map<string, number>();
  const excuses = new Map(facts.unanswered);
  const doubled = { all: 0, unanswered: 0, beyond: [] as string[] };
  for (const effect of facts.effects) {
    const { kind, integration, lane, number } = effect;
    const name = effectName(kind, integration, lane, number);
    const before = first.get(name);
    if (before === undefined) {
      first.set(name, effect);
      follow(last, `${kind} ${integration} ${lane}`, number, 'at the vendor', violations);
      continue;
    }
    doubled.all += 1;
    if (before.key !== effect.key) violations.add('doubled', `${name}: again under another idempotency key`);
    if (before.digest !== effect.digest) violations.add('doubled', `${name}: again with another body`);
    const delivery = `${known.get(name)?.id} for ${integration}`;
    const left = excuses.get(delivery) ?? 0;
    excuses.set(delivery, left - 1);
    if (left > 0) doubled.unanswered += 1;
    else doubled.beyond.push(name);
  }
  if (doubled.beyond.length > mayDouble) {
    const some = doubled.beyond.slice(0, 3).join('; ');
    violations.add('doubled', `${doubled.beyond.length} effects were repeated, ${mayDouble} may be: ${some}`);
  }
  judgeEffectSet(first, known, violations);
  return doubled;
}

function judgeEffectSet(
  found: ReadonlyMap<string, Effect>,
  known: ReadonlyMap<string, Wanted>,
  violations: Violations,
): void {
  const owners = new Map<string, string>();
  for (const [name, { id, certain }] of known) {
    const effect = found.get(name);
    if (effect === undefined) {
      if (certain) violations.add('lost', `${name} (${id}) had no effect`);
      continue;
    }
    const owner = owners.get(effect.key) ?? id;
    if (owner !== id) violations.add('doubled', `${name}: its idempotency key is that of ${owner}`);
    owners.set(effect.key, id);
  }
  for (const name of found.keys()) {
    if (!known.has(name)) violations.add('stranger', `${name} is of no event`);
  }
}

interface Doubled {
  readonly all: number;
  readonly unanswered: number;
}

interface Wanted {
  readonly id: string;
  /** Its event was accepted for certain. */
  readonly certain: boolean;
}

/** Every effect there may be, by name. */
function effectsWanted(sent: ReadonlyMap<string, Sent>): Map<string, Wanted> {
  const wanted = new Map<string, Wanted>();
  for (const [id, event] of sent) {
    const integration = integrationOf(event);
    if (integration === undefined || event.state === 'refused') continue;
    for (const kind of effectsOf[event.type]?.kinds ?? []) {
      const name = effectName(kind, integration, laneOf(event), event.number);
      wanted.set(name, { id, certain: event.state === 'accepted' });
    }
  }
  return wanted;
}

function integrationOf({ tenant, type }: Sent): string | undefined {
  const wanted = effectsOf[type];
  return wanted && `${tenant}-${wanted.suffix}`;
}

function laneOf({ tenant, conversation }: Sent): string {
  return `${tenant}/${conversation}`;
}

function effectName(kind: EffectKind, integration: string, lane: string, number: number): string {
  return `${kind} ${integration} ${lane} ${number}`;
}
