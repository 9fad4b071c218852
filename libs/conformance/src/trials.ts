// Everything that is tried with a sink before it meets a ledger. AttemptResult once, on demand, and judged by many rules.
import { definitionOf, type EventDefinition } from '@switchboard/contracts';
import { placesOf, type Sink } from '@switchboard/sink';
import type { StubRequest } from '@switchboard/testing';
import { type Row, rowsOf } from './answers.ts';
import { nameOf, type Plant, standIn } from './test-stand-in.ts';
import { type Attempt, CALL_MS, type Subject, type Trial, tryAt, tryThere } from './trial.ts';
import { watch } from './witness.ts';

/** A delivery in which one call met an answer of the table. */
export interface Answered {
  readonly row: Row;
  /** The call that met it, the first being 1. */
  readonly nth: number;
  readonly trial: Trial;
}

/** The same event twice, as after a crash before anything was recorded. */
export interface Replay {
  readonly first: Trial;
  readonly second: Trial;
}

/** An event type with the calls of its delivery; one for each course that calls take. */
export interface Course {
  readonly event: EventDefinition;
  readonly calls: readonly StubRequest[];
}

/** The trials of a sink. */
export interface Trials {
  /** Events that it accepts, of those that there are. */
  readonly events: readonly EventDefinition[];
  /** The example of each accepted event. */
  clean(): Promise<Trial[]>;
  /** With nothing but what the sink needs, and with each field that it does not need as null. */
  bare(): Promise<Trial[]>;
  courses(): Promise<Course[]>;
  /** Each answer of the table in place of each call of each course. */
  answered(): Promise<Answered[]>;
  replays(): Promise<Replay[]>;
  /** The sink's `check`, at a vendor that is well and at one that answers 401; empty without one. */
  checks(): Promise<Trial[]>;
  /** The sink's `prepare` twice at one vendor, its `check` after that, and `prepare` answered 401; empty without one. */
  prepared(): Promise<Trial[]>;
  /** One try more. */
  again(attempt: Attempt): Promise<Trial>;
}

const AT_ONCE = 8;
/** For a call that gets no answer. */
const SHORT_MS = 300;

/** Tries on demand; every result is kept. */
export function trialsOf(subject: Subject): Trials {
  const { sink, vendor } = subject;
  const events = sink.accepts.filter(({ type }) => definitionOf(type) !== undefined);
  const tryAll = (attempts: Attempt[]) =>
    watch(() => severalAtOnce(attempts, (attempt) => tryAt(subject, attempt)));
  const clean = once(() => tryAll(events.map((event) => ({ what: `delivering ${event.type}`, event }))));
  const courses = once(async () => {
    const found = new Map<string, Course>();
    for (const { attempt, calls } of await clean()) {
      if (calls.length > 0) found.set(calls.map(nameOf).join(), { event: attempt.event, calls });
    }
    return [...found.values()];
  });
  return {
    events,
    clean,
    bare: once(() =>
      tryAll(
        events.flatMap((event) => [
          {
            what: `delivering ${event.type} with no more than it needs`,
            event,
            data: bareData(sink, event),
          },
          ...needlessFields(sink, event).map((name) => ({
            what: `delivering ${event.type} with ${name} as null`,
            event,
            data: { ...event.example, [name]: null },
          })),
        ]),
      ),
    ),
    courses,
    answered: once(async () => {
      const table = rowsOf(vendor);
      const planned = (await courses()).flatMap(({ event, calls }) =>
        calls.flatMap((call, index) =>
          table
            .filter(({ trouble }) => trouble !== 'refused' || index === 0)
            .map((row) => ({ row, nth: index + 1, attempt: answering(row, index + 1, call, event) })),
        ),
      );
      return watch(() =>
        severalAtOnce(planned, async ({ row, nth, attempt }) => ({
          row,
          nth,
          trial: await tryAt(subject, attempt),
        })),
      );
    }),
    replays: once(() =>
      watch(() =>
        severalAtOnce(events, async (event): Promise<Replay> => {
          const there = await standIn(vendor);
          try {
            const attempt = { what: `delivering ${event.type} twice`, event };
            const first = await tryThere(subject, attempt, there);
            return { first, second: await tryThere(subject, attempt, there) };
          } finally {
            await there.close();
          }
        }),
      ),
    ),
    checks: once(async () => {
      const { check, prepare } = sink;
      const [event] = events;
      if (check === undefined || event === undefined) return [];
      const asking = asked(subject, check);
      return watch(async () => {
        const there = await standIn(vendor);
        try {
          // What it needs there is there when all is well.
          if (prepare !== undefined)
            await tryThere(asked(subject, prepare), { what: 'preparing', event }, there);
          const before = there.kept();
          const well = await tryThere(asking, { what: 'checking', event }, there);
          const refused = await tryAt(asking, {
            what: 'checking, answered 401,',
            event,
            plant: () => refusing,
          });
          return [{ ...well, kept: well.kept - before }, refused];
        } finally {
          await there.close();
        }
      });
    }),
    prepared: once(async () => {
      const { check, prepare } = sink;
      const [event] = events;
      if (prepare === undefined || event === undefined) return [];
      const preparing = asked(subject, prepare);
      return watch(async () => {
        const there = await standIn(vendor);
        try {
          const first = await tryThere(preparing, { what: 'preparing', event }, there);
          const second = await tryThere(preparing, { what: 'preparing again', event }, there);
          const attempt = { what: 'preparing, answered 401,', event, plant: () => refusing };
          const refused = await tryAt(preparing, attempt);
          if (check === undefined) return [first, second, refused];
          const after = await tryThere(asked(subject, check), { what: 'checking after it', event }, there);
          return [first, second, refused, after];
        } finally {
          await there.close();
        }
      });
    }),
    again: (attempt) => watch(() => tryAt(subject, attempt)),
  };
}

const refusing: Plant = () => ({ status: 401, body: { message: 'no' } });

/** The sink whose delivery is its check or its prepare. */
function asked({ sink, vendor }: Subject, ask: NonNullable<Sink['check']>): Subject {
  return { vendor, sink: { ...sink, deliver: (_event, ctx) => ask.call(sink, ctx) } };
}

/** A delivery whose nth call, and every repeat of it, meets an answer of the table. */
function answering(row: Row, nth: number, call: StubRequest, event: EventDefinition): Attempt {
  return {
    what: `${row.name} for ${nameOf(call)}`,
    event,
    refused: row.trouble === 'refused',
    timeoutMs: (n) => (row.group === 'silent' && n >= nth ? SHORT_MS : CALL_MS),
    plant() {
      let met: string | undefined;
      return (request, n) => {
        if (n === nth) met = nameOf(request);
        return n >= nth && nameOf(request) === met ? row.answer(request) : undefined;
      };
    },
  };
}

function neededFields(sink: Sink, { type }: EventDefinition): string[] {
  return (sink.needs?.[type] ?? []).map((need) => placesOf(need)[0] ?? '');
}

function bareData(sink: Sink, event: EventDefinition): Record<string, unknown> {
  return Object.fromEntries(neededFields(sink, event).map((name) => [name, event.example[name]]));
}

function needlessFields(sink: Sink, event: EventDefinition): string[] {
  const needed = neededFields(sink, event);
  return Object.keys(event.data.shape).filter((name) => !needed.includes(name));
}

/** Done once, when it is asked for. */
export function once<T>(work: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined;
  return () => (result ??= work());
}

async function severalAtOnce<In, Out>(
  items: readonly In[],
  work: (item: In) => Promise<Out>,
): Promise<Out[]> {
  const results = new Map<In, Out>();
  const waiting = items.values();
  const worker = async () => {
    for (const item of waiting) results.set(item, await work(item));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return items.map((item) => results.get(item) as Out);
}
