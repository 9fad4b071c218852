// For a minute, the same plans each time: no order of events breaks a promise.
import { search } from './search.ts';

const MINUTE = 60_000;

test(
  'no plan of the fixed seed breaks a promise',
  async () => {
    const { runs, broken } = await search({
      databaseUrl: process.env['DATABASE_URL'] ?? '',
      seed: 17,
      forMs: MINUTE,
    });
    expect(broken).toBeUndefined();
    expect(runs).toBeGreaterThan(0);
  },
  10 * MINUTE,
);
