// Rules about doubling and stopping: what a sink promises when an event comes twice, when its process dies between a call
// and the record of it, and when it has to end.

import type { StubRequest } from '@switchboard/testing';
import { ending, few, type Must, type Seen } from './must.ts';
import type { Life, Lived } from './test-life.ts';
import type { Fate } from './test-scenes.ts';
import { nameOf } from './test-stand-in.ts';
import type { Trial } from './trial.ts';

/** From the abort to the end of a delivery. */
const END_MS = 1_000;

export const onceMusts: readonly Must[] = [
  {
    id: 'S25',
    title: 'has one effect for an event, as far as its idempotency says',
    faults: async (seen) => few([...(await replayFaults(seen)), ...(await doubledInLife(seen))]),
  },
  {
    id: 'S26',
    title: 'makes no finished call again when its process dies between any two calls',
    async faults(seen) {
      const clean = await cleanByType(seen);
      return few(
        scenes(await seen.life(), 'kill').flatMap(({ scene, nth }) => {
          const expected = clean.get(scene.event.type)?.calls ?? [];
          const finished = expected.slice(0, nth - 1).filter(({ method }) => method !== 'GET');
          const repeated = finished
            .map(nameOf)
            .filter(
              (name) =>
                count(scene.there.calls, name) > count(expected, name) + Number(isNth(expected, nth, name)),
            );
          return [
            ...repeated.map((name) => `dead in call ${nth} of ${scene.event.type}: ${name} is made again`),
            ...(scene.outcomes.at(-1) === 'delivered'
              ? []
              : [`dead in call ${nth} of ${scene.event.type}: the next process ends as ${told(scene)}`]),
          ];
        }),
      );
    },
  },
  {
    id: 'S27',
    title: 'ends within a second when the service stops, as interrupted',
    async faults(seen) {
      const life = await seen.life();
      const cut = scenes(life, 'cut').flatMap(({ scene, nth }) => {
        const what = `stopped in call ${nth} of ${scene.event.type}`;
        if ((scene.endedMs ?? END_MS) >= END_MS) return [`${what} it does not end within a second`];
        return isInterrupted(scene) ? [] : [`${what} it ends as ${told(scene)}`];
      });
      const paused = scenes(life, 'pause').flatMap(({ scene, nth }) => {
        const what = `stopped after call ${nth} of ${scene.event.type}`;
        if (scene.there.calls.length > nth) return [`${what} it makes another`];
        return isInterrupted(scene) ? [] : [`${what} it ends as ${told(scene)}`];
      });
      return few([
        ...cut,
        ...paused,
        ...(life.stopped || cut.length > 0 ? [] : ['the service does not stop']),
      ]);
    },
  },
  {
    id: 'S28',
    title: 'is counted: every attempt by its outcome, every effect with its time',
    async faults(seen) {
      const { lived, counted, effects } = await seen.life();
      const recorded = lived.flatMap(({ outcomes }) => outcomes);
      const delivered = (outcomes: readonly string[]) =>
        outcomes.filter((outcome) => outcome === 'delivered').length;
      const numbers = { attempts: recorded.length, delivered: delivered(recorded) };
      const told = { attempts: counted.length, delivered: delivered(counted) };
      return [
        ...(numbers.attempts === 0 ? ['nothing was attempted'] : []),
        ...(numbers.attempts === told.attempts
          ? []
          : [`${numbers.attempts} attempts count as ${told.attempts}`]),
        ...(numbers.delivered === told.delivered && told.delivered === effects
          ? []
          : [`${numbers.delivered} delivered count as ${told.delivered}, ${effects} with their time`]),
      ];
    },
  },
];

async function replayFaults({ sink, vendor, trials }: Seen): Promise<string[]> {
  const replays = (await trials.replays()).filter(({ first }) => first.kind === 'delivered');
  const more = (pick: 'kept' | 'doubled') =>
    replays.filter(({ first, second }) => second[pick] > first[pick]);
  return [
    ...replays
      .filter(({ second }) => second.kind !== 'delivered')
      .map(({ second }) => `${second.attempt.what} ends as ${ending(second)}`),
    ...(sink.idempotency === 'none' ? [] : more('kept')).map(
      ({ second }) =>
        `${second.attempt.what} leaves ${second.kept} objects, which is not "${sink.idempotency}"`,
    ),
    ...(vendor.doubles !== undefined && more('doubled').length === 0
      ? ['nothing is doubled of what the spec says may double; say so no more']
      : []),
  ];
}

async function doubledInLife(seen: Seen): Promise<string[]> {
  const clean = await cleanByType(seen);
  const life = await seen.life();
  const twice = life.lived
    .filter(({ fate }) => fate.kind === 'twice')
    .filter(({ event, there }) => there.calls.length !== (clean.get(event.type)?.calls.length ?? 0))
    .map(({ event }) => `${event.type} that comes twice is called for twice`);
  const killed = scenes(life, 'kill').flatMap(({ scene, nth }) => {
    const what = `dead in call ${nth} of ${scene.event.type}`;
    const expected = clean.get(scene.event.type)?.kept ?? 0;
    const most = seen.sink.idempotency === 'none' ? expected + 1 : expected;
    return [
      ...(scene.there.kept() > most ? [`${what}: ${scene.there.kept()} objects instead of ${expected}`] : []),
      ...keyFaults(scene.there.calls).map((fault) => `${what}: ${fault}`),
    ];
  });
  return [...twice, ...killed];
}

/** A call that is made again has the key it had, and no other call has it. */
function keyFaults(calls: readonly StubRequest[]): string[] {
  const writes = calls.flatMap((call) => {
    const key = call.headers['idempotency-key'];
    return typeof key === 'string' ? [{ key, name: nameOf(call), body: call.text }] : [];
  });
  const several = (of: (write: (typeof writes)[number]) => readonly [string, string]) => {
    const found = new Map<string, string>();
    return writes.some((write) => {
      const [one, other] = of(write);
      const before = found.get(one);
      found.set(one, other);
      return before !== undefined && before !== other;
    });
  };
  return [
    ...(several(({ key, name }) => [key, name]) ? ['two calls have one idempotency key'] : []),
    ...(several(({ key, name, body }) => [`${name} ${body}`, key])
      ? ['a repeated call has another idempotency key']
      : []),
  ];
}

async function cleanByType({ trials }: Seen): Promise<Map<string, Trial>> {
  return new Map((await trials.clean()).map((trial) => [trial.attempt.event.type, trial]));
}

function scenes(
  { lived }: Life,
  kind: Exclude<Fate['kind'], 'twice' | 'answered'>,
): { scene: Lived; nth: number }[] {
  return lived.flatMap((scene) => (scene.fate.kind === kind ? [{ scene, nth: scene.fate.nth }] : []));
}

function count(calls: readonly StubRequest[], name: string): number {
  return calls.filter((call) => nameOf(call) === name).length;
}

function isNth(calls: readonly StubRequest[], nth: number, name: string): boolean {
  const call = calls[nth - 1];
  return call !== undefined && nameOf(call) === name;
}

function isInterrupted({ state, attempts, outcomes }: Lived): boolean {
  return state === 'waiting' && attempts === 0 && outcomes.at(-1) === 'interrupted';
}

function told({ outcomes }: Lived): string {
  return outcomes.at(-1) ?? 'nothing that is recorded';
}
