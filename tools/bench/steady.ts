// Sends signed webhooks at a fixed rate.
import { atFixedRate, now } from '../load/fixed-rate.mjs';
import { openPoster } from '../load/poster.mjs';
import { signatureOf } from '../load/signature.mjs';

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
  const { url, secret, count, perSecond, body: bodyOf, note } = options;
  const poster = openPoster(url);
  const tell = (begun: number) =>
    note(`${begun.toLocaleString('en')} of ${count.toLocaleString('en')} events`);
  try {
    return await atFixedRate({ count, perSecond, note: tell }, async (number, dueAt) => {
      const body = bodyOf(number);
      const status = await poster.post({ body, signature: signatureOf(body, secret) });
      return { number, dueAt, answeredAt: now(), status };
    });
  } finally {
    await poster.close();
  }
}
