// Escalations as they are in their topic, with a number in the text that is shown in Slack.
import { conversationEscalated, encodeHeaders } from '@switchboard/contracts';

/** The escalation of this number, one of so many conversations of a tenant. */
export function escalation(number: number, { tenant, keys }: { tenant: string; keys: number }) {
  const conversation = `conv_${number % keys}`;
  const time = new Date().toISOString();
  const data = {
    ...conversationEscalated.example,
    conversation_id: conversation,
    escalation_reason: `n${number}`,
  };
  return {
    key: conversation,
    headers: encodeHeaders({
      id: `evt_${tenant}_${number}`,
      type: conversationEscalated.type,
      source: '/webhooks/helpninja',
      tenantId: tenant,
      time,
    }),
    value: JSON.stringify({ event: conversationEscalated.type, timestamp: time, data }),
  };
}

/** Which escalation a message in Slack is about. Throws when it is about none of these. */
export function escalationOf(message: string): { conversation: string; number: number } {
  const number = /: n(\d+)"/.exec(message)?.[1];
  const conversation = /\/conversations\/(conv_\d+)"/.exec(message)?.[1];
  if (number === undefined || conversation === undefined)
    throw new Error(`reading a message: it names no escalation: ${message.slice(0, 200)}`);
  return { conversation, number: Number(number) };
}
