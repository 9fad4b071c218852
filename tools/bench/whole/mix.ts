// The mix of events of a support chat, in the proportions of the platform's documentation. Two of ten are wanted by a
// sink.
import {
  conversationEnded,
  conversationEscalated,
  conversationStarted,
  leadQualified,
  messageSent,
  satisfactionReceived,
} from '@switchboard/contracts';

export const mix = [
  ...[leadQualified, conversationStarted, messageSent, messageSent, conversationEnded],
  ...[conversationEscalated, messageSent, satisfactionReceived, messageSent, conversationStarted],
];

/** Whether the event with this number has an effect at a vendor. */
export function isWanted(number: number): boolean {
  const event = mix[number % mix.length];
  return event === leadQualified || event === conversationEscalated;
}

/** Bodies in the order of the mix, with the places that sender.mjs fills. */
export function templates(): string[] {
  return mix.map((event) => {
    const named = event === leadQualified ? { customer_email: 'leadNUMBER@example.com' } : {};
    const data = { ...event.example, ...named, conversation_id: 'CONVERSATION' };
    return JSON.stringify({ event: event.type, tenant_id: 'TENANT', timestamp: 'TIME', data });
  });
}
