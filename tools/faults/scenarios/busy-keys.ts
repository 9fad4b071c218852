// Few conversations with much to say, and vendors that answer now at once and now late: many deliveries of one key want
// to be under way at the same time, and must not be.
import type { Scenario } from '../scenario.ts';

const SECONDS = 30;
const SPREAD_MS = 2_000;

export const busyKeys: Scenario = {
  name: 'busy-keys',
  title: `4 conversations of each tenant, vendors that take up to ${SPREAD_MS / 1000} s to answer: order is kept under pressure`,
  conversations: 4,
  seconds: SECONDS,
  async trouble({ receiver, clock }) {
    for (const vendor of ['hubspot', 'slack'] as const) receiver.behave(vendor, { spreadMs: SPREAD_MS });
    await clock.seconds(SECONDS);
    for (const vendor of ['hubspot', 'slack'] as const) receiver.behave(vendor, {});
  },
};
