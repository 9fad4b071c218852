// Finds what is not in memory: retries whose time has come, rows taken in while there was no room, rows of a process
// that fell silent. And mends the difference when memory and ledger may disagree about what is claimed.
import type { Dispatcher } from './dispatcher.ts';
import type { Gate } from './gate.ts';
import type { Lanes } from './lanes.ts';
import type { Ledger } from './ledger.ts';
import type { Lease } from './lease.ts';

// Together at most what half of the memory holds, so that intake and backlog both get on.
const LANES = 32;
const PER_LANE = 15;
const ROOM = 0.5;

/** What a turn needs. */
export interface DueParts {
  readonly ledger: Ledger;
  readonly gate: Gate;
  readonly lanes: Lanes;
  readonly lease: Lease;
  readonly dispatcher: Dispatcher;
}

/** One turn of the due loop; true when there may be more at once. */
export async function dueTurn({ ledger, gate, lanes, lease, dispatcher }: DueParts): Promise<boolean> {
  if (lease.needsSweep()) {
    await gate.alone(async () => {
      await ledger.sweep([...lanes.known(), ...dispatcher.unrecorded()]);
      lease.settle();
    });
  }
  if (!lease.mayClaim() || !lanes.hasRoom(ROOM)) return false;
  const rows = await gate.alone(async () => {
    const except = dispatcher.unrecorded();
    const claimed = await ledger
      .claimDue({ lanes: LANES, perLane: PER_LANE }, except)
      .catch((error: unknown) => {
        lease.doubt();
        throw error;
      });
    // A process that slept while it asked may have lost them again already.
    if (lease.holds()) lanes.add(claimed);
    else lease.doubt();
    return claimed;
  });
  dispatcher.pump();
  return rows.length > 0;
}
