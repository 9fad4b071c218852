// Makes the simulator a careless sender: it posts some events twice, and some in the wrong order.
import { Random } from '../conversations/random.ts';
import type { PlatformEvent } from '../conversations/events.ts';

/** Which share of the events is posted twice, or changes places with the next one; 0 to 1. */
export interface Disorder {
  readonly repeatShare: number;
  readonly reorderShare: number;
}

/** An event to post. */
export interface Post {
  readonly event: PlatformEvent;
  /** It was posted before with the same bytes. */
  readonly isRepeat: boolean;
}

/**
 * The events of a conversation in the order of posting; the same for the same seed. A repeat comes one to three events
 * later.
 */
export function postsOf(
  events: readonly PlatformEvent[],
  { repeatShare, reorderShare }: Disorder,
  seed: string,
): Post[] {
  const random = new Random(`disorder:${seed}`);
  const ordered = [...events];
  for (let at = 0; at + 1 < ordered.length; at += 1) {
    if (!random.chance(reorderShare)) continue;
    [ordered[at], ordered[at + 1]] = [ordered[at + 1] as PlatformEvent, ordered[at] as PlatformEvent];
    at += 1;
  }
  const posts: Post[] = ordered.map((event) => ({ event, isRepeat: false }));
  for (const event of ordered) {
    if (!random.chance(repeatShare)) continue;
    const first = posts.findIndex((post) => post.event === event);
    posts.splice(first + random.whole(1, 3), 0, { event, isRepeat: true });
  }
  return posts;
}
