// Fills a topic with events as the services write them: six headers, the conversation as key, six types in turn.
import {
  conversationEnded,
  conversationEscalated,
  conversationStarted,
  encodeHeaders,
  leadQualified,
  messageSent,
  satisfactionReceived,
} from '@switchboard/contracts';
import type { Broker } from './broker.mjs';

const CONVERSATIONS = 5_000;
const TENANTS = Array.from({ length: 20 }, (_, index) => `tenant-${index}`);
const CHUNK = 2_000;

/** The types of all events here. */
export const types: readonly string[] = [
  conversationStarted,
  conversationEnded,
  messageSent,
  leadQualified,
  conversationEscalated,
  satisfactionReceived,
].map(({ type }) => type);

/** The body of the event with this number; all of a conversation's events follow each other in one partition. */
export type BodyOf = (fields: { number: number; type: string; conversation: string; time: string }) => string;

/** Writes so many events to a topic, the same ones whenever it is called with the same first number. */
export async function fill(
  broker: Broker,
  topic: string,
  options: {
    count: number;
    body: BodyOf;
    note: (text: string) => void;
    /** Default 0. */
    first?: number;
    /** Default: twenty that nobody knows. */
    tenants?: readonly string[];
  },
): Promise<void> {
  const { count, body, note, first = 0, tenants = TENANTS } = options;
  for (let from = 0; from < count; from += CHUNK) {
    const size = Math.min(CHUNK, count - from);
    await broker.write(
      topic,
      Array.from({ length: size }, (_, index) => message(first + from + index, { body, tenants })),
    );
    note(`${(from + size).toLocaleString('en')} of ${count.toLocaleString('en')}`);
  }
}

function message(number: number, { body, tenants }: { body: BodyOf; tenants: readonly string[] }) {
  const type = types[number % types.length] as string;
  const conversation = `conv_${number % CONVERSATIONS}`;
  const time = new Date(Date.UTC(2026, 0, 5) + number).toISOString();
  const headers = {
    id: `evt_${number}`,
    type,
    source: '/webhooks/helpninja',
    tenantId: tenants[number % tenants.length] as string,
    time,
  };
  return {
    key: conversation,
    headers: encodeHeaders(headers),
    value: body({ number, type, conversation, time }),
  };
}
