// Posts events as a sender does: at a rate, and again if there was no answer.
import { setTimeout as wait } from 'node:timers/promises';
import type { Poster } from './poster.mjs';
import type { Webhook } from './webhook.ts';

const AGAIN_MS = 200;

/** Whether a sender posts again after it: 0 is no answer; 408, that the way was cut in the middle of the body. */
export function isNoAnswer(status: number): boolean {
  return status === 0 || status === 408 || status === 503;
}

export interface Patience {
  /** By `performance.now()`; what has no answer by then is not posted again. */
  readonly until: number;
  /** Whether nothing is posted any more. */
  readonly abandoned?: () => boolean;
  /** Told of each answer. */
  readonly onAnswer?: (status: number) => void;
}

/** Posts until there is an answer. Resolves with the last status; undefined when it was abandoned. */
export async function postUntilAnswered(
  poster: Poster,
  webhook: Webhook,
  { until, abandoned = () => false, onAnswer }: Patience,
): Promise<number | undefined> {
  while (!abandoned()) {
    const status = await poster.post(webhook);
    onAnswer?.(status);
    if (!isNoAnswer(status) || performance.now() > until) return status;
    await wait(AGAIN_MS);
  }
  return undefined;
}

/** Turns at equal distances. What was missed while nobody could post is not made up for by a burst. */
export function pacer(perSecond: () => number): () => Promise<void> {
  let next = performance.now();
  return async () => {
    const now = performance.now();
    next = Math.max(next, now) + 1000 / perSecond();
    const ahead = next - now;
    if (ahead > 1) await wait(ahead);
  };
}
