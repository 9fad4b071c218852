// The details of a conversation as the platform's REST API returns them. They agree with its events.
import { minutesOf, resolutionOf } from './events.ts';
import type { Script } from './script.ts';

/** Answer of `GET /v1/conversations/{id}`. */
export interface ConversationDetails {
  id: string;
  first_message: string;
  summary: string;
  topics: string[];
  customer_email: string;
  customer_name: string;
  site_url: string;
  /** The mean confidence of the assistant's answers; null if there are none. */
  avg_confidence: number | null;
  duration_minutes: number;
  message_count: number;
  escalated: boolean;
  resolution_status: string;
  satisfaction_score: number | null;
  messages: { id: string; sender: string; content: string; confidence_score?: number; timestamp: string }[];
}

/** The details of a script that began at `start` (milliseconds since 1970). */
export function detailsOf(id: string, script: Script, start: number): ConversationDetails {
  const first = script.turns.find((turn) => turn.sender === 'customer')?.text ?? '';
  const scores = script.turns.flatMap((turn) => turn.confidence ?? []);
  const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length;
  const short = id.replace(/^conv_/, '');
  return {
    id,
    first_message: first,
    summary: summaryOf(script, first),
    topics: [script.topic],
    customer_email: script.visitor.email,
    customer_name: script.visitor.name,
    site_url: script.visitor.site,
    avg_confidence: scores.length === 0 ? null : Math.round(mean * 100) / 100,
    duration_minutes: minutesOf(script),
    message_count: script.turns.length,
    escalated: script.escalation !== undefined,
    resolution_status: resolutionOf(script),
    satisfaction_score: script.satisfaction ?? null,
    messages: script.turns.map(({ sender, text, confidence, at }, index) => ({
      id: `msg_${short}_${index + 1}`,
      sender,
      content: text,
      ...(confidence === undefined ? {} : { confidence_score: confidence }),
      timestamp: new Date(start + at * 1000).toISOString(),
    })),
  };
}

function summaryOf(script: Script, first: string): string {
  const question = first.length > 160 ? `${first.slice(0, 159)}…` : first;
  const end = script.escalation ? 'A human took over.' : `The conversation was ${resolutionOf(script)}.`;
  return `${script.visitor.name} wrote about ${script.topic}: "${question}" ${end}`;
}
