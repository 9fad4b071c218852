// Waits between two faults until no delivery waits for a second attempt. Else the attempts that the first fault used up
// would be missing in the second.
import { eventually, type Suite } from '@switchboard/testing';

const CALM_MS = 60_000;

/** Resolves when no delivery waits for a second attempt. Throws after 60 s. */
export function untilCalm(corner: Suite): Promise<void> {
  return eventually(
    async () => {
      const [row] = await corner.database.query<{ repeated: number }>(
        `select count(*)::int as repeated from delivery where state = 'waiting' and calls > 0`,
      );
      if (row?.repeated !== 0) throw new Error(`waiting for calm: ${row?.repeated} deliveries are repeated`);
    },
    { deadlineMs: CALM_MS, everyMs: 200 },
  );
}
