// Scenarios that kill one service with SIGKILL ten times, at random moments under load. The next process starts at
// once.
import { eventually } from '@switchboard/testing';
import type { ServiceName } from '../../rig/system.ts';
import type { Scenario, World } from '../scenario.ts';

const KILLS = 10;
/** A kill comes so long after the process is ready, or after it has begun to work. */
const MOST_SECONDS = 3;
/** Its partitions are free when its forerunner's session has ended, after 10 s. */
const AT_WORK_MS = 60_000;
/** Calls under way when the process dies are what this is about. */
const SLOW_MS = 100;

function kill(service: ServiceName, title: string): Scenario {
  return {
    name: `kill-${service}`,
    title,
    seconds: service === 'ingest' ? 50 : 100,
    async trouble(world) {
      const { receiver, clock, random, note } = world;
      for (const vendor of ['hubspot', 'slack'] as const) receiver.behave(vendor, { delayMs: SLOW_MS });
      // It bounds the enricher's throughput, so it is slow only where its calls are what dies.
      if (service === 'enricher') receiver.behave('helpninja', { delayMs: SLOW_MS });
      for (let count = 1; count <= KILLS; count += 1) {
        // Half of them die at work, the others before they have got that far.
        if (count % 2 === 1) await untilAtWork(world, service);
        await clock.seconds(random() * MOST_SECONDS);
        note(`kill ${count} of ${KILLS}`);
        const before = world.system.pidOf(service);
        await world.killAndRestart(service);
        if (world.system.pidOf(service) === before) world.violated(`${service} was not killed: it runs on`);
      }
    },
  };
}

async function untilAtWork(world: World, service: ServiceName): Promise<void> {
  const before = await eventually(() => workOf(world, service));
  await eventually(
    async () => {
      if ((await workOf(world, service)) === before)
        throw new Error(`waiting for ${service}: it does nothing`);
    },
    { deadlineMs: AT_WORK_MS },
  );
}

/** Something that grows while a service works. */
async function workOf({ corner, load, receiver }: World, service: ServiceName): Promise<number> {
  if (service === 'ingest') return load.accepted;
  if (service !== 'metrics') return receiver.effects.length;
  const [row] = await corner.database.query<{ count: number }>(
    'select count(*)::int as count from event_seen',
  );
  return row?.count ?? 0;
}

export const kills: readonly Scenario[] = [
  kill('ingest', 'SIGKILL of ingest, 10 times: whatever was answered 200 is durable'),
  kill('enricher', 'SIGKILL of the enricher, 10 times: every event is enriched, and delivered once'),
  kill(
    'router',
    'SIGKILL of the router, 10 times: every event is on each topic it belongs on, and delivered once',
  ),
  kill('metrics', 'SIGKILL of metrics, 10 times: every event is counted once'),
  kill(
    'sinks',
    'SIGKILL of the sinks, 10 times: nothing is lost, and nothing is repeated whose outcome was written before the kill',
  ),
];
