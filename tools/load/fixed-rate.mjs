// Sends webhooks at a fixed rate, whatever the answers are. Each has a due time. A sender that waits for answers would
// send less when the system is slow, and so hide that it is slow.

/** Milliseconds since the epoch, with fractions. */
export function now() {
  return performance.timeOrigin + performance.now();
}

/**
 * Begins `count` pieces of work, `perSecond` a second, and resolves with what they came to when the last is done.
 * @template Result
 * @param {{ count: number, perSecond: number, note?: (begun: number) => void }} options `note` is told how many have begun
 * @param {(number: number, dueAt: number) => Promise<Result>} work `dueAt` as `now()` tells time
 * @returns {Promise<Result[]>}
 */
export async function atFixedRate({ count, perSecond, note }, work) {
  const begin = now() + 100;
  /** @type {Promise<Result>[]} */
  const begun = [];
  while (begun.length < count) {
    const due = Math.min(count, Math.floor(((now() - begin) * perSecond) / 1000) + 1);
    while (begun.length < due) begun.push(work(begun.length, begin + (begun.length / perSecond) * 1000));
    note?.(begun.length);
    const next = begin + (begun.length / perSecond) * 1000;
    await new Promise((resolve) => setTimeout(resolve, Math.max(1, next - now())));
  }
  return Promise.all(begun);
}
