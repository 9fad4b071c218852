// Signed webhooks at a fixed rate, whatever the answers do: each has its time, and is late from that time on. A sender that
// waited for answers would send less just when the system is slow, and so hide it.
import { createHmac } from 'node:crypto';
import { openPoster, type Poster } from '../load/poster.mjs';

/** A webhook with its time. */
export interface Sent {
  readonly number: number;
  /** Milliseconds since the epoch, with fractions. */
  readonly dueAt: number;
  readonly answeredAt: number;
  /** 0 when no answer came. */
  readonly status: number;
}

/** Sends `count` webhooks, `perSecond` a second, and resolves with their answers when the last has come. */
export async function sendSteadily(options: {
  url: string;
  secret: string;
  count: number;
  perSecond: number;
  body: (number: number) => string;
  note: (text: string) => void;
}): Promise<Sent[]> {
  const { url, secret, count, perSecond, body, note } = options;
  const poster = openPoster(url);
  const begin = now() + 100;
  const answers: Promise<Sent>[] = [];
  try {
    while (answers.length < count) {
      const due = Math.min(count, Math.floor(((now() - begin) * perSecond) / 1000) + 1);
      while (answers.length < due) {
        const number = answers.length;
        const dueAt = begin + (number / perSecond) * 1000;
        answers.push(post(poster, { secret, text: body(number), number, dueAt }));
      }
      note(`${answers.length.toLocaleString('en')} of ${count.toLocaleString('en')} events`);
      const next = begin + (answers.length / perSecond) * 1000;
      await new Promise((resolve) => setTimeout(resolve, Math.max(1, next - now())));
    }
    return await Promise.all(answers);
  } finally {
    await poster.close();
  }
}

/** Milliseconds since the epoch, with fractions. */
function now(): number {
  return performance.timeOrigin + performance.now();
}

async function post(
  poster: Poster,
  { secret, text, number, dueAt }: { secret: string; text: string; number: number; dueAt: number },
): Promise<Sent> {
  const signature = `sha256=${createHmac('sha256', secret).update(text).digest('hex')}`;
  const status = await poster.post({ body: text, signature });
  return { number, dueAt, answeredAt: now(), status };
}
