// The sink in the delivery runtime, on a real ledger: events that come twice, a process that dies between a call and its
// record, another that takes over, and a clean stop.
import type { EventDefinition } from '@switchboard/contracts';
import { runtimeOf } from '@switchboard/delivery/spec-kit';
import { eventually, freezable, type Suite, suite } from '@switchboard/testing';
import {
  addIntegrations,
  type Disturbance,
  makeScenarios,
  recordOf,
  type Scenario,
  timed,
} from './scenarios.ts';
import { type SinkUnderTest, withTimeout } from './trial.ts';
import type { CallSequence } from './trials.ts';

/** A scenario and what the ledger says of its delivery. */
export interface ScenarioResult extends Scenario {
  readonly state: string;
  /** Attempts used up. */
  readonly attempts: number;
  /** The outcome of each attempt. */
  readonly outcomes: readonly string[];
}

/** What a run left. */
export interface RuntimeRun {
  readonly results: readonly ScenarioResult[];
  /** Whether the stop finished in time. */
  readonly stopped: boolean;
  /** Every row of every table, and every log line. */
  readonly written: readonly string[];
  /** The outcomes that the metrics counted, one for each attempt. */
  readonly countedOutcomes: readonly string[];
  /** Number of deliveries for which the metrics have a time until the effect. */
  readonly timedEffects: number;
}

const TIMING = { beatMs: 100, dueMs: 20, healthMs: 50, holdSeconds: 60 };
/** A stop keeps its last two seconds for recording; calls are aborted before. */
const STOP_MS = 2_200;
const STOPPED_MS = STOP_MS + 2_000;
/** Much longer than a step takes. What has not happened by then is a fault that rules find. */
const PATIENCE_MS = 8_000;

/** Runs every scenario; takes about two seconds. */
export async function runInRuntime(
  subject: SinkUnderTest,
  events: readonly EventDefinition[],
  sequences: readonly CallSequence[],
): Promise<RuntimeRun> {
  const s = await suite({ topics: false });
  const { scenarios, releaseCalls } = await makeScenarios(subject, events, sequences);
  await addIntegrations(subject, s.database, scenarios);
  const of = (...kinds: Disturbance['kind'][]) =>
    scenarios.filter(({ disturbance }) => kinds.includes(disturbance.kind));
  const sinks = [timed(subject.sink, scenarios)];
  const frozen = freezable(s.database);
  const crashing = runtimeOf(frozen, sinks, TIMING);
  try {
    await crashing.take([...of('duplicate'), ...of('duplicate', 'error-answer', 'crash')].map(recordOf));
    const isSettled = async () => {
      const outcomes = await recordedOutcomes(s);
      return (
        of('duplicate', 'error-answer').every(({ id }) => outcomes.has(id)) &&
        of('crash').every(hasReachedCall) &&
        crashing.observed.outcomes.length === [...outcomes.values()].flat().length
      );
    };
    await waitFor(isSettled);
    await crashing.take(of('duplicate').map(recordOf));
    await waitFor(isSettled);
    frozen.freeze();
    const [counted, effects] = [[...crashing.observed.outcomes], crashing.observed.effects.length];
    const successor = runtimeOf(s.database, sinks, TIMING);
    await waitFor(async () => {
      await expireOldestInstance(s);
      const outcomes = await recordedOutcomes(s);
      return of('crash').every(({ id }) => outcomes.has(id));
    });
    await successor.take(of('stop-during-call', 'stop-after-call').map(recordOf));
    await waitFor(async () => of('stop-during-call', 'stop-after-call').every(hasReachedCall));
    const stopping = successor.runtime.stop(STOP_MS);
    releaseCalls();
    const stopped = await endsInTime(stopping);
    return {
      results: await withRows(s, scenarios),
      stopped,
      written: [...(await allRows(s)), ...crashing.observed.logs, ...successor.observed.logs],
      countedOutcomes: [...counted, ...successor.observed.outcomes],
      timedEffects: effects + successor.observed.effects.length,
    };
  } finally {
    releaseCalls();
    await Promise.all(scenarios.map(({ standIn }) => standIn.close()));
    frozen.thaw();
    await endsInTime(crashing.runtime.stop(STOP_MS));
    await s.end();
  }
}

function hasReachedCall({ disturbance, standIn }: Scenario): boolean {
  return 'nth' in disturbance && standIn.calls.length >= disturbance.nth;
}

/** Waits for a condition, with a limit: with a faulty sink it may never hold. */
async function waitFor(condition: () => Promise<boolean>): Promise<void> {
  const check = async () => {
    if (!(await condition())) throw new Error('not yet');
  };
  await eventually(check, { deadlineMs: PATIENCE_MS }).catch(() => undefined);
}

async function endsInTime(stopping: Promise<void>): Promise<boolean> {
  return (
    (await withTimeout(
      stopping.then(() => true),
      STOPPED_MS,
    )) === true
  );
}

/** Outcomes of the attempts at each event that was tried. */
async function recordedOutcomes({ database }: Suite): Promise<Map<string, string[]>> {
  const found = await database.query<{ event: string; outcomes: string[] }>(
    `select d.event_id as event, array_agg(a.outcome order by a.number) as outcomes
     from delivery d join delivery_attempt a on a.day = d.day and a.delivery_id = d.id group by 1`,
  );
  return new Map(found.map(({ event, outcomes }) => [event, outcomes]));
}

/** Makes the process with the oldest heartbeat count as dead at once, without waiting for its lease to end. */
async function expireOldestInstance({ database }: Suite): Promise<void> {
  await database.query(
    `update sink_instance set heartbeat_at = now() - interval '1 hour'
     where id = (select id from sink_instance order by heartbeat_at limit 1)`,
  );
}

async function withRows(s: Suite, scenarios: readonly Scenario[]): Promise<ScenarioResult[]> {
  const outcomes = await recordedOutcomes(s);
  const rows = new Map(
    (
      await s.database.query<{ event: string; state: string; attempts: number }>(
        'select event_id as event, state, attempts from delivery',
      )
    ).map((row) => [row.event, row]),
  );
  return scenarios.map((scenario) => ({
    ...scenario,
    state: rows.get(scenario.id)?.state ?? 'none',
    attempts: rows.get(scenario.id)?.attempts ?? 0,
    outcomes: outcomes.get(scenario.id) ?? [],
  }));
}

async function allRows({ database }: Suite): Promise<string[]> {
  const tables = await database.query<{ name: string }>(
    `select relname as name from pg_class where relkind = 'r' and relnamespace = $1::regnamespace`,
    [database.schema],
  );
  const texts = await Promise.all(
    tables.map(({ name }) => database.query<{ text: string }>(`select t::text as text from ${name} t`)),
  );
  return texts.flat().map(({ text }) => text);
}
