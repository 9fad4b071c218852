// Reads what reached the vendors: the key, the place and a digest of each call with an effect. Without bodies, so that
// a long run fits in memory.
import { createHash } from 'node:crypto';

/** Calls that have an effect of their own. */
export type EffectKind = 'contact' | 'note' | 'message';

/** A call that had its effect. */
export interface Effect {
  readonly kind: EffectKind;
  readonly integration: string;
  /** `tenant/conversation` of the event. */
  readonly lane: string;
  readonly number: number;
  /** The idempotency key it came with. */
  readonly key: string;
  /** Of the body. */
  readonly digest: string;
  /** When it was seen, by `performance.now()`. */
  readonly at: number;
}

const PLACE = /place=([\w-]+)\/([\w-]+)\/(\d+)/;

/** Reads an effect out of a call. Throws when the call does not say which event it is about. */
export function readEffect(kind: EffectKind, integration: string, key: string, body: string): Effect {
  const place = PLACE.exec(body);
  if (place === null)
    throw new Error(`reading a call of ${integration}: it names no event; is the mapping set?`);
  const [, tenant, conversation, number] = place;
  return {
    kind,
    integration,
    lane: `${tenant}/${conversation}`,
    number: Number(number),
    key,
    digest: createHash('sha1').update(body).digest('base64').slice(0, 12),
    at: performance.now(),
  };
}
