import { FairShare } from './fair-share.ts';

const WHOLE = 512;

/** Integrations that begin calls in turn, as long as they may and calls are left. */
function world(limit: number) {
  const share = new FairShare<{ inFlight: number }>(WHOLE);
  const all: { inFlight: number }[] = [];
  const taken = () => all.reduce((sum, { inFlight }) => sum + inFlight, 0);
  return {
    share,
    taken,
    join: (count: number) => {
      const joined = Array.from({ length: count }, () => ({ inFlight: 0 }));
      all.push(...joined);
      return joined;
    },
    /** Each of these always has a row to start: only limits hold it back. */
    fill: (sharers: { inFlight: number }[], now: number) => {
      for (let moved = true; moved; ) {
        moved = false;
        for (const sharer of sharers) {
          if (sharer.inFlight >= limit || taken() >= WHOLE || !share.allows(sharer, taken(), now)) continue;
          share.started(sharer, now);
          sharer.inFlight += 1;
          moved = true;
        }
      }
    },
  };
}

test('a single integration is held back by its own limit only, and without one leaves half of the calls free', () => {
  const few = world(200);
  const [alone] = few.join(1);
  few.fill([alone as { inFlight: number }], 0);
  expect(alone?.inFlight).toBe(200);
  const most = world(1_000);
  const [greedy] = most.join(1);
  most.fill([greedy as { inFlight: number }], 0);
  expect(greedy?.inFlight).toBe(WHOLE / 2);
});

test('eight slow integrations leave a share to newcomers, and make room for them as their calls end', () => {
  const { share, join, fill, taken } = world(64);
  const slow = join(8);
  fill(slow, 0);
  expect(taken()).toBeLessThanOrEqual(WHOLE - 90);
  const quick = join(40);
  fill(quick, 1_000);
  expect(quick.every(({ inFlight }) => inFlight > 0)).toBe(true);
  for (const one of slow) one.inFlight = 0;
  for (const one of quick) one.inFlight = 0;
  for (const one of [...slow, ...quick]) share.started(one, 5_000);
  fill(slow, 5_001);
  expect(taken()).toBe(WHOLE / 2);
  fill(quick, 5_001);
  expect(Math.min(...quick.map(({ inFlight }) => inFlight))).toBeGreaterThanOrEqual(3);
});

test('an integration without a call for two windows no longer counts; one whose call hangs does', () => {
  const { share, join } = world(1_000);
  const [hanging, ...gone] = join(9) as [{ inFlight: number }, ...{ inFlight: number }[]];
  for (const one of gone) share.started(one, 0);
  share.started(hanging, 0);
  hanging.inFlight = 1;
  const [greedy] = join(1) as [{ inFlight: number }];
  greedy.inFlight = WHOLE / 2;
  expect(share.allows(greedy, 300, 100)).toBe(false);
  for (const now of [5_000, 10_000, 15_000]) share.allows(greedy, 300, now);
  share.started(greedy, 15_000);
  greedy.inFlight = WHOLE / 3 - 1;
  expect(share.allows(greedy, 300, 15_001)).toBe(true);
  greedy.inFlight = WHOLE / 3 + 1;
  expect(share.allows(greedy, 300, 15_001)).toBe(false);
});
