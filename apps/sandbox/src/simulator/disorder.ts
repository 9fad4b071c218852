// What a sender does wrong now and then: it posts an event twice, and sends two neighbours the wrong way round.
import { Random } from '../conversations/random.ts';
import type { PlatformEvent } from '../conversations/events.ts';

/** Shares of all events, 0 to 1. */
export interface Disorder {
  readonly repeatShare: number;
  readonly reorderShare: number;
}

/** An event to post. */
export interface Sending {
  readonly event: PlatformEvent;
  /** It was posted before, with the same bytes. */
  readonly isRepeat: boolean;
}

/** The events of a conversation as they are posted; the same for the same seed. A repeat comes one to three events later. */
export function sendingsOf(
  events: readonly PlatformEvent[],
  { repeatShare, reorderShare }: Disorder,
  seed: string,
): Sending[] {
  const random = new Random(`disorder:${seed}`);
  const ordered = [...events];
  for (let at = 0; at + 1 < ordered.length; at += 1) {
    if (!random.chance(reorderShare)) continue;
    [ordered[at], ordered[at + 1]] = [ordered[at + 1] as PlatformEvent, ordered[at] as PlatformEvent];
    at += 1;
  }
  const sendings: Sending[] = ordered.map((event) => ({ event, isRepeat: false }));
  for (const event of ordered) {
    if (!random.chance(repeatShare)) continue;
    const first = sendings.findIndex((sending) => sending.event === event);
    sendings.splice(first + random.whole(1, 3), 0, { event, isRepeat: true });
  }
  return sendings;
}
