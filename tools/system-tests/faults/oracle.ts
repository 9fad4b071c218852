// Compares the final state with what was posted: sets of event ids on every topic, in the ledger and at the vendors,
// and the order of each conversation. It is a pure function, so that specs can show that it notices faults.
import { topics } from '@switchboard/contracts';
import { belongsOn } from '../rig/readings.ts';
import { type Death, leftOpen } from './deaths.ts';
import type { Effect } from './effects.ts';
import { type Facts, watched } from './facts.ts';
import type { Sent } from './load.ts';
import { UNRECORDED } from './scenario.ts';
import { Violations } from './violations.ts';
import { deliveryOf, effectsWanted, integrationOf, laneOf, nameOf, type Wanted } from './wanted.ts';

/** What the facts are measured against. */
export interface Expectation {
  readonly sent: ReadonlyMap<string, Sent>;
  /**
   * Repeated effects that are within the promise, beside those that a death or a call without an answer accounts for.
   */
  readonly mayDouble: number;
  readonly deaths: readonly Death[];
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
  /** Calls that had had their effect when a process died and whose outcome it had not written: each may be repeated. */
  readonly unrecorded: number;
  /** By topic: records beyond the first of each event, which at-least-once allows. */
  readonly repeatedRecords: Readonly<Record<string, number>>;
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
  const { all, unanswered, unrecorded } = doubled;
  return { violations, delivered, doubled: all, unanswered, unrecorded, repeatedRecords };
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
    for (const id of facts.records.get(topic.name) ?? []) {
      if (planted.has(id)) continue;
      const event = sent.get(id);
      const belongs = event && event.state !== 'refused' && belongsOn(topic, event.type);
      if (!belongs)
        violations.add('stranger', `${id} is on ${topic.name} (${event?.state ?? 'never posted'})`);
      if (seen.has(id)) again += 1;
      else if (belongs) follow(last, laneOf(event), event.number, `on ${topic.name}`, violations);
      seen.add(id);
    }
    repeated[topic.name] = again;
    const kind = topic === topics.events ? 'false-2xx' : 'lost';
    for (const [id, { state, type }] of sent) {
      const wanted = state === 'accepted' && belongsOn(topic, type);
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
    if (event.state === 'accepted' && integration) missing.set(deliveryOf(id, integration), event.type);
  }
  const seen = new Set<string>();
  let delivered = 0;
  for (const { eventId, integration, state } of rows) {
    const name = deliveryOf(eventId, integration);
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
  const { sent, mayDouble, deaths } = expected;
  const known = effectsWanted(sent);
  const delivery = (effect: Effect) => deliveryOf(known.get(nameOf(effect))?.id, effect.integration);
  const latest = new Map<string, Effect>();
  const last = new Map<string, number>();
  const excuses = new Map(facts.unanswered);
  const doubled = { all: 0, unanswered: 0, beyond: [] as string[] };
  for (const effect of facts.effects) {
    const { kind, integration, lane, number } = effect;
    const name = nameOf(effect);
    const before = latest.get(name);
    latest.set(name, effect);
    if (before === undefined) {
      follow(last, `${kind} ${integration} ${lane}`, number, 'at the vendor', violations);
      continue;
    }
    doubled.all += 1;
    if (before.key !== effect.key) violations.add('doubled', `${name}: again under another idempotency key`);
    if (before.digest !== effect.digest) violations.add('doubled', `${name}: again with another body`);
    const between = deaths.filter(({ from }) => from <= effect.at);
    if (between.some((death) => leftOpen(death, before, delivery(before)))) continue;
    const left = excuses.get(delivery(effect)) ?? 0;
    excuses.set(delivery(effect), left - 1);
    if (left > 0) doubled.unanswered += 1;
    else doubled.beyond.push(name);
  }
  if (doubled.beyond.length > mayDouble) {
    const some = doubled.beyond.slice(0, 3).join('; ');
    violations.add('doubled', `${doubled.beyond.length} effects were repeated, ${mayDouble} may be: ${some}`);
  }
  judgeEffectSet(latest, known, violations);
  return { ...doubled, unrecorded: judgeDeaths(facts, deaths, delivery, violations) };
}

/** Each death leaves no more calls open than the promise says. Answers how many all of them left. */
function judgeDeaths(
  { effects }: Facts,
  deaths: readonly Death[],
  delivery: (effect: Effect) => string,
  violations: Violations,
): number {
  let all = 0;
  for (const death of deaths) {
    const open = new Set(effects.filter((effect) => leftOpen(death, effect, delivery(effect))).map(delivery));
    all += open.size;
    if (open.size > UNRECORDED) {
      violations.add('doubled', `${open.size} calls were unwritten at one death, ${UNRECORDED} may be`);
    }
  }
  return all;
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
  readonly unrecorded: number;
}
