// The events that are posted: signed, and numbered in each conversation, so that every effect can be traced back. Four
// in ten are wanted by a sink.
import { conversationEscalated, events, leadQualified } from '@switchboard/contracts';
import { type Webhook, webhook } from '../../load/webhook.ts';
import type { Tenant } from '../rig/system.ts';

/** Where an event belongs: its order is kept within a conversation of a tenant. */
export interface Lane {
  readonly tenant: Tenant;
  readonly conversation: string;
  /** Of the lane among all; shifts the types, so that lanes do not go in step. */
  readonly index: number;
  /** Its events name their tenant. */
  readonly named?: boolean;
}

/** A post as it goes over the wire, and what must become of it. */
export interface Post extends Webhook {
  /** The answer it must get: 200, 401 or 400. */
  readonly wanted: 200 | 400 | 401;
  readonly type: string;
}

/** An event and where it belongs. */
export interface Placed {
  readonly lane: Lane;
  readonly number: number;
  readonly event: Pick<Post, 'id' | 'type' | 'body'>;
}

const UNKNOWN = 'nobody.knows';
const others = [...events.map(({ type }) => type), UNKNOWN].filter(
  (type) => type !== leadQualified.type && type !== conversationEscalated.type,
);
const examples = new Map(events.map(({ type, example }) => [type, example as Record<string, unknown>]));

/**
 * Lanes of every tenant. Their conversations have the same names: only the tenant tells them apart. With
 * `platformSecret` the events are signed with it and name their tenant.
 */
export function makeLanes(
  tenants: readonly Tenant[],
  conversations: number,
  platformSecret?: string,
): Lane[] {
  return Array.from({ length: tenants.length * conversations }, (_, index) => {
    const tenant = tenants[index % tenants.length] as Tenant;
    const conversation = `conv-${Math.floor(index / tenants.length)}`;
    return platformSecret === undefined
      ? { tenant, conversation, index }
      : { tenant: { ...tenant, secret: platformSecret }, conversation, index, named: true };
  });
}

/** The event that is posted, or written past the door. */
export function eventOf(lane: Lane, number: number): Post {
  const { tenant, index } = lane;
  const type = typeOf(index + number);
  return post(tenant, type, bodyOf(lane, number, type), tenant.secret, 200);
}

/** The posts of one event in order: it, now and then a repeat, a forgery, or something that is no event. */
export function postsOf(lane: Lane, number: number): Post[] {
  const { tenant, index } = lane;
  const good = eventOf(lane, number);
  const { type, body } = good;
  const turn = (index * 7 + number) % 100;
  return [
    good,
    ...(turn === 3 || turn === 53 ? [good] : []),
    ...(turn === 27 ? [post(tenant, type, body.replace('"event"', ' "event"'), 'not-the-secret', 401)] : []),
    ...(turn === 77 ? [post(tenant, type, body.replace('"data":', '"datum":'), tenant.secret, 400)] : []),
  ];
}

function typeOf(turn: number): string {
  const step = turn % 10;
  if (step === 1 || step === 6) return leadQualified.type;
  if (step === 3 || step === 8) return conversationEscalated.type;
  return others[turn % others.length] as string;
}

function bodyOf({ tenant, conversation, named }: Lane, number: number, type: string): string {
  const place = `place=${tenant.id}/${conversation}/${number}`;
  const email = `${conversation}@${tenant.id}.example`;
  const own = type === leadQualified.type ? { summary: place, customer_email: email } : {};
  const data = { ...examples.get(type), ...own, conversation_id: conversation, place };
  const tenantId = named ? { tenant_id: tenant.id } : {};
  return JSON.stringify({ event: type, timestamp: new Date().toISOString(), ...tenantId, data });
}

function post(tenant: Tenant, type: string, body: string, secret: string, wanted: Post['wanted']): Post {
  return { wanted, type, ...webhook(body, { tenant: tenant.id, secret }) };
}
