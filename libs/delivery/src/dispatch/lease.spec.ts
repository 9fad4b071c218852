import { eventually } from '@switchboard/testing';
import { Lease } from './lease.ts';

test('a lease that ended while nobody asked is lost, although a heartbeat comes later', async () => {
  let losses = 0;
  let late: () => void = () => undefined;
  const beats = [Promise.resolve(), new Promise<void>((resolve) => (late = resolve)), Promise.resolve()];
  const lease = new Lease({
    beat: () => beats.shift() ?? Promise.resolve(),
    silenceSeconds: 0.1,
    onLost: () => {
      losses += 1;
    },
  });
  await lease.renew();
  lease.swept();
  expect(lease.holds()).toBe(true);
  const renewing = lease.renew();
  await eventually(() => expect(lease.hasRecentHeartbeat()).toBe(false));
  late();
  await renewing;
  await lease.renew();
  expect(lease.hasRecentHeartbeat()).toBe(true);
  expect(lease.holds()).toBe(false);
  expect(losses).toBe(1);
  lease.swept();
  expect(lease.holds()).toBe(true);
});
