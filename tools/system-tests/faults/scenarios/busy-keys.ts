// A scenario with few conversations of many events, and vendors that sometimes answer late: many deliveries of one key
// are due at the same time, and must go out one after another.
import type { Suite } from '@switchboard/testing';
import type { Scenario } from '../scenario.ts';

const SECONDS = 30;
const SPREAD_MS = 2_000;
/** So many deliveries of one key must have waited at once: without a queue no order can break. */
const PRESSURE = 5;

export const busyKeys: Scenario = {
  name: 'busy-keys',
  title: `4 conversations of each tenant, vendors that take up to ${SPREAD_MS / 1000} s to answer: order is kept under pressure`,
  conversations: 4,
  seconds: SECONDS,
  async trouble({ corner, receiver, clock, violated }) {
    for (const vendor of ['hubspot', 'slack'] as const) receiver.behave(vendor, { spreadMs: SPREAD_MS });
    let most = 0;
    for (let second = 0; second < SECONDS; second += 1) {
      await clock.seconds(1);
      most = Math.max(most, await longestQueue(corner));
    }
    if (most < PRESSURE)
      violated(`never did more than ${most} deliveries of one key wait; ${PRESSURE} are pressure`);
    for (const vendor of ['hubspot', 'slack'] as const) receiver.behave(vendor, {});
  },
};

/** The most deliveries of one key to one integration that wait. */
async function longestQueue({ database }: Suite): Promise<number> {
  const [row] = await database.query<{ most: number }>(
    `select coalesce(max(waiting), 0)::int as most from (
       select count(*) as waiting from delivery where state = 'waiting' group by integration_id, ordering_key) as queues`,
  );
  return row?.most ?? 0;
}
