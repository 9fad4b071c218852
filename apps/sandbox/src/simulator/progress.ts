// Shows the progress of a run: one line that is rewritten in a terminal, else a new line every two seconds.
import type { Streams } from '../command-line.ts';
import type { Tally } from './tally.ts';

const TERMINAL_MS = 200;
const PLAIN_MS = 2_000;

/** Shows progress until the returned function is called. */
export function showProgress(stream: Streams['err'], tally: Tally, total: number): () => void {
  const live = stream.isTTY === true;
  const show = (): void => {
    const { conversations, events, rejected, repeated, rate } = tally.report();
    const parts = [
      `${conversations}/${total} conversations`,
      `${events} events`,
      `${Math.round(rate)} events/s`,
    ];
    if (rejected) parts.push(`${rejected} refused`);
    if (repeated) parts.push(`${repeated} posted again`);
    stream.write(live ? `\r\u001b[K${parts.join(', ')}` : `${parts.join(', ')}\n`);
  };
  const timer = setInterval(show, live ? TERMINAL_MS : PLAIN_MS);
  return () => {
    clearInterval(timer);
    if (live) stream.write('\r\u001b[K');
  };
}
