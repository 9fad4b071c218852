// Measures a take-over: one of two processes is killed. How soon does the other have its slots, and do its own
// deliveries continue meanwhile?
import { conversationEscalated } from '@switchboard/contracts';
import { eventually } from '@switchboard/testing';
import type { Workbench } from '../workbench.ts';
import { type Receiver, type Stage, setStage } from './stage.ts';

const PATHS = Array.from({ length: 16 }, (_, i) => `heir${i}`);
const EVERY_MS = 100;

/** What a take-over showed. */
export interface TakenOver {
  /** From the kill until the survivor owned every slot and delivered for each integration. */
  readonly seconds: number;
  /** The longest time in which nothing came of the integrations that were the survivor's from the start. */
  readonly gapMs: number;
}

/** A stage for it. */
export const setHeirs = (desk: Workbench, receiver: Receiver): Promise<Stage> =>
  setStage(desk, receiver, PATHS);

/** Plays it once. Rows are put into the ledger as another process takes them in, so that no rebalance is measured. */
export async function takeOver(stage: Stage, receiver: Receiver): Promise<TakenOver> {
  const { database } = stage.corner;
  const owners = () =>
    database.query<{ owner: string; paths: string[]; parked: boolean }>(
      `select s.owner, array_agg(g.id) filter (where g.id like 'heir%') as paths, bool_or(g.id = 'parked') as parked
       from sink_slot s join integrations g using (sink, slot) where s.owner is not null group by s.owner`,
    );
  const first = await stage.start();
  await eventually(async () => assert((await owners()).length === 1, 'the first owns no slots'));
  const elder = (await owners())[0]?.owner;
  const second = await stage.start();
  const ready = () =>
    eventually(async () => assert((await owners()).length === 2, 'the second owns no slots'), LONG);
  await ready();
  const both = await owners();
  // Whoever has what is parked, if anything is.
  const victim = (both.find(({ parked }) => parked) ?? both.find(({ owner }) => owner === elder))?.owner;
  const [dying, surviving] = victim === elder ? [first, second] : [second, first];
  const its = both.find(({ owner }) => owner !== victim)?.paths ?? [];
  assert(its.length > 0, 'the survivor has no integrations of its own');
  await receiver.forget();
  let number = 0;
  const feed = setInterval(() => void put(stage, (number += 1)), EVERY_MS);
  try {
    await eventually(async () => assert((await seen(receiver)) === PATHS.length, 'not all deliver'), LONG);
    process.kill(dying.pid, 'SIGKILL');
    const killed = Date.now();
    await receiver.forget();
    await eventually(async () => {
      surviving.check();
      const [left] = await database.query<{ slots: number }>(
        'select count(*)::int as slots from sink_slot where owner = $1::uuid',
        [victim],
      );
      assert(left?.slots === 0 && (await seen(receiver)) === PATHS.length, 'the slots are not taken over');
    }, LONG);
    const seconds = (Date.now() - killed) / 1000;
    const notes = await receiver.notes();
    const times = its
      .flatMap((path) => (notes[`/${path}`]?.arrivals ?? []).map(([, at]) => at))
      .sort((a, b) => a - b);
    const gaps = times.slice(1).map((at, index) => at - (times[index] as number));
    return { seconds, gapMs: Math.max(...gaps) };
  } finally {
    clearInterval(feed);
    await second.stop();
    await first.stop();
  }
}

const LONG = { deadlineMs: 120_000, everyMs: 50 };

async function seen(receiver: Receiver): Promise<number> {
  const counts = await receiver.counts();
  return PATHS.filter((path) => (counts[`/${path}`] ?? 0) > 0).length;
}

async function put({ corner }: Stage, number: number): Promise<void> {
  const { type } = conversationEscalated;
  await corner.database.query(
    `with body as (
       insert into event_body (day, event_id, tenant_id, event_type, source, accepted_at, value)
       select '1970-01-01', 'heir_' || $2::int, path, $4, '/', now(), convert_to($3, 'UTF8')
       from unnest($1::text[]) path
     )
     insert into delivery (day, integration_id, event_id, sink, tenant_id, event_type, ordering_key, accepted_at)
     select '1970-01-01', path, 'heir_' || $2::int, 'slack', path, $4, 'conv_' || $2::int, now()
     from unnest($1::text[]) path`,
    [PATHS, number, JSON.stringify({ event: type, data: { conversation_id: `conv_${number}` } }), type],
  );
}

function assert(holds: boolean, trouble: string): void {
  if (!holds) throw new Error(`waiting for a take-over: ${trouble}`);
}
