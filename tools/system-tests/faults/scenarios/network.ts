// Scenarios in which the connections to ingest, Kafka, Postgres or the vendors become slow, break, and lose one
// direction, one after another.
import type { Condition } from '../../rig/tcp-proxy.ts';
import { untilCalm } from '../calm.ts';
import { type Scenario, UNRECORDED, type World } from '../scenario.ts';
import type { Link } from '../servers.ts';

/** Seconds of each trouble. */
interface Spells {
  readonly slow: number;
  readonly reset: number;
  /** Of each direction. */
  readonly cut: number;
}

const SLOW: Condition = { latencyMs: 2_000 };

/** A cut is longer than a sender waits: 30 s. What it then posts again is the same event. */
export const networkSenders = network('senders', { slow: 15, reset: 10, cut: 35 }, 0);
/** A cut is longer than the clients' longest wait: 30 s. */
export const networkKafka = network('kafka', { slow: 15, reset: 10, cut: 35 }, 0);
/** A cut is longer than the clients' longest wait: 18 s. A call whose answer came then may be repeated. */
export const networkPostgres = network('postgres', { slow: 15, reset: 10, cut: 25 }, UNRECORDED);
/**
 * A cut is longer than the longest call, 15 s, and all is well again before a third attempt, which is the last. A call
 * whose answer was lost has had its effect and is repeated: as many repeats as calls without an answer, and none
 * beside.
 */
export const networkVendors = network('vendors', { slow: 15, reset: 4, cut: 18 }, 0);

function network(link: Link, spells: Spells, mayDouble: number): Scenario {
  const troubles: readonly [Condition, number][] = [
    [SLOW, spells.slow],
    ['reset', spells.reset],
    [{ cut: 'requests' }, spells.cut],
    [{ cut: 'answers' }, spells.cut],
  ];
  return {
    name: `network-${link}`,
    title: `the way ${link === 'senders' ? 'from the senders' : `to ${link}`} has 2 s of latency, is reset, and loses each direction in turn`,
    links: true,
    seconds: troubles.reduce((sum, [, length]) => sum + length, 30),
    async trouble(world) {
      for (const [condition, length] of troubles) {
        world.allowDoubled(mayDouble);
        await spell(world, link, condition, length);
      }
    },
  };
}

async function spell(world: World, link: Link, condition: Condition, length: number): Promise<void> {
  const proxies = world.servers.links.get(link) ?? [];
  if (proxies.length === 0) throw new RangeError(`troubling the way to ${link}: there is no proxy on it`);
  const touched = () => proxies.reduce((sum, proxy) => sum + proxy.touched, 0);
  const before = touched();
  for (const proxy of proxies) proxy.become(condition);
  world.note(`${describe(condition)} for ${length} s`);
  await world.clock.seconds(length);
  for (const proxy of proxies) proxy.become('normal');
  world.note(`after: ${describe(condition)}`);
  await untilCalm(world.corner);
  await world.clock.events(30);
  if (touched() === before) world.violated(`${describe(condition)}: nothing that went to ${link} met it`);
}

function describe(condition: Condition): string {
  if (typeof condition === 'string') return condition;
  return 'latencyMs' in condition ? `${condition.latencyMs} ms each way` : `${condition.cut} cut`;
}
