// A sink in the delivery runtime, over a real ledger: events that come twice, a process that dies between a call and the
// record of it, another that takes over, and a stop.
import type { EventDefinition } from '@switchboard/contracts';
import { runtimeOf } from '@switchboard/delivery/spec-kit';
import { eventually, freezable, type Suite, suite } from '@switchboard/testing';
import { addIntegrations, type Fate, recordOf, type Scene, stageScenes, timed } from './test-scenes.ts';
import type { Subject } from './trial.ts';
import type { Course } from './trials.ts';

/** A delivery and what the ledger says of it. */
export interface Lived extends Scene {
  readonly state: string;
  /** Attempts used up. */
  readonly attempts: number;
  /** How each attempt ended. */
  readonly outcomes: readonly string[];
}

/** What was seen. */
export interface Life {
  readonly lived: readonly Lived[];
  /** Whether the stop came to its end in time. */
  readonly stopped: boolean;
  /** Everything in the tables, and every line of the logs. */
  readonly written: readonly string[];
  /** Attempts by outcome, as they were counted. */
  readonly counted: readonly string[];
  /** Deliveries of which the time until their effect was taken. */
  readonly effects: number;
}

const TIMING = { beatMs: 100, dueMs: 20, healthMs: 50, holdSeconds: 60 };
/** Two seconds of a stop are for recording; calls are cut off before. */
const STOP_MS = 2_200;
const STOPPED_MS = STOP_MS + 2_000;
/** Far more than it takes. What has not happened by then is what the rules are about. */
const PATIENCE_MS = 8_000;

/** Lives through it; takes about two seconds. */
export async function live(
  subject: Subject,
  events: readonly EventDefinition[],
  courses: readonly Course[],
): Promise<Life> {
  const s = await suite({ topics: false });
  const { scenes, goOn } = await stageScenes(subject, events, courses);
  await addIntegrations(subject, s.database, scenes);
  const fated = (...kinds: Fate['kind'][]) => scenes.filter(({ fate }) => kinds.includes(fate.kind));
  const sinks = [timed(subject.sink, scenes)];
  const frozen = freezable(s.database);
  const victim = runtimeOf(frozen, sinks, TIMING);
  try {
    await victim.take([...fated('twice'), ...fated('twice', 'answered', 'kill')].map(recordOf));
    const isQuiet = async () => {
      const result = await triedIn(s);
      return (
        fated('twice', 'answered').every(({ id }) => result.has(id)) &&
        fated('kill').every(isOnItsWay) &&
        victim.told.outcomes.length === [...result.values()].flat().length
      );
    };
    await before(isQuiet);
    await victim.take(fated('twice').map(recordOf));
    await before(isQuiet);
    frozen.freeze();
    const [counted, effects] = [[...victim.told.outcomes], victim.told.effects.length];
    const heir = runtimeOf(s.database, sinks, TIMING);
    await before(async () => {
      await silenceOldest(s);
      const result = await triedIn(s);
      return fated('kill').every(({ id }) => result.has(id));
    });
    await heir.take(fated('cut', 'pause').map(recordOf));
    await before(async () => fated('cut', 'pause').every(isOnItsWay));
    const ended = heir.runtime.stop(STOP_MS);
    goOn();
    const stopped = await inTime(ended);
    return {
      lived: await withRows(s, scenes),
      stopped,
      written: [...(await dump(s)), ...victim.told.logs, ...heir.told.logs],
      counted: [...counted, ...heir.told.outcomes],
      effects: effects + heir.told.effects.length,
    };
  } finally {
    goOn();
    await Promise.all(scenes.map(({ there }) => there.close()));
    frozen.thaw();
    await inTime(victim.runtime.stop(STOP_MS));
    await s.end();
  }
}

function isOnItsWay({ fate, there }: Scene): boolean {
  return 'nth' in fate && there.calls.length >= fate.nth;
}

/** Waits until it is so, and not for ever: a broken sink never gets there. */
async function before(holds: () => Promise<boolean>): Promise<void> {
  const check = async () => {
    if (!(await holds())) throw new Error('not yet');
  };
  await eventually(check, { deadlineMs: PATIENCE_MS }).catch(() => undefined);
}

async function inTime(ended: Promise<void>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), STOPPED_MS);
  });
  const result = await Promise.race([ended.then(() => true), late]);
  clearTimeout(timer);
  return result;
}

/** Outcomes of the attempts at each event that was tried. */
async function triedIn({ database }: Suite): Promise<Map<string, string[]>> {
  const found = await database.query<{ event: string; outcomes: string[] }>(
    `select d.event_id as event, array_agg(a.outcome order by a.number) as outcomes
     from delivery d join delivery_attempt a on a.day = d.day and a.delivery_id = d.id group by 1`,
  );
  return new Map(found.map(({ event, outcomes }) => [event, outcomes]));
}

/** The process that was last heard of longest ago counts as dead from now on, before its silence would say so. */
async function silenceOldest({ database }: Suite): Promise<void> {
  await database.query(
    `update sink_instance set heartbeat_at = now() - interval '1 hour'
     where id = (select id from sink_instance order by heartbeat_at limit 1)`,
  );
}

async function withRows(s: Suite, scenes: readonly Scene[]): Promise<Lived[]> {
  const result = await triedIn(s);
  const rows = new Map(
    (
      await s.database.query<{ event: string; state: string; attempts: number }>(
        'select event_id as event, state, attempts from delivery',
      )
    ).map((row) => [row.event, row]),
  );
  return scenes.map((scene) => ({
    ...scene,
    state: rows.get(scene.id)?.state ?? 'none',
    attempts: rows.get(scene.id)?.attempts ?? 0,
    outcomes: result.get(scene.id) ?? [],
  }));
}

async function dump({ database }: Suite): Promise<string[]> {
  const tables = await database.query<{ name: string }>(
    `select relname as name from pg_class where relkind = 'r' and relnamespace = $1::regnamespace`,
    [database.schema],
  );
  const texts = await Promise.all(
    tables.map(({ name }) => database.query<{ text: string }>(`select t::text as text from ${name} t`)),
  );
  return texts.flat().map(({ text }) => text);
}
