// Maps a lead to HubSpot. The event's own signed fields come before fetched details of the conversation. Unknown fields are
// left out, so that HubSpot keeps its values.
import { leadQualified, normalEmail } from '@switchboard/contracts';
import { escapeMarkup, type SinkEvent } from '@switchboard/sink';
import { z } from 'zod';

/** A contact is found by its email. */
export const needs = {
  [leadQualified.type]: [['customer_email', 'enrichment.conversation.customer_email']],
} as const;

export type Lead = SinkEvent<readonly [typeof leadQualified], typeof needs>;

const emailSchema = z.email();

const HIGH_PRIORITY_ABOVE = 75;
// A note may have 65,536 characters; a line break becomes four of them.
const MAX_SUMMARY = 15_000;
const MAX_TOPICS = 5_000;

/** The email in the form HubSpot keys contacts by; undefined when neither the event nor its conversation has one. */
export function emailOf({ data, enrichment }: Lead): string | undefined {
  const { success, data: email } = emailSchema.safeParse(
    data.customer_email ?? normalEmail(enrichment.conversation?.customer_email ?? ''),
  );
  return success ? email.toLowerCase() : undefined;
}

/** The properties of the contact, as text, as HubSpot stores them. */
export function contactProperties(event: Lead): Record<string, string> {
  const { data, enrichment } = event;
  const conversation = enrichment.conversation ?? {};
  const [first, ...rest] = (data.customer_name || conversation.customer_name || '').trim().split(/\s+/);
  const properties = {
    email: emailOf(event),
    firstname: first,
    lastname: rest.join(' '),
    company: companyOf(data.site_url || conversation.site_url),
    lead_source: 'helpNINJA Chat Widget',
    lead_score: data.qualification_score,
    lead_priority: priorityOf(data.qualification_score),
    chat_confidence: conversation.avg_confidence,
    conversation_duration: conversation.duration_minutes,
    questions_asked: conversation.message_count,
    escalation_required: conversation.escalated,
    chat_topics: topicsOf(event)?.join(', '),
    chat_conversation_id: data.conversation_id,
  };
  return Object.fromEntries(
    Object.entries(properties)
      .filter(([, value]) => value !== undefined && value !== '')
      .map(([name, value]) => [name, String(value)]),
  );
}

function priorityOf(score: number | undefined): string | undefined {
  if (score === undefined) return undefined;
  return score > HIGH_PRIORITY_ABOVE ? 'high' : 'normal';
}

/** The note's text as HTML; undefined when there is nothing to say. */
export function noteBody(event: Lead): string | undefined {
  const summary = event.data.summary || event.enrichment.conversation?.summary;
  const topics = topicsOf(event);
  const parts = [
    ...(summary ? [`Chat conversation: ${html(summary, MAX_SUMMARY)}`] : []),
    ...(topics?.length
      ? [`Topics discussed: ${html(topics.join(', ').replace(/\s+/g, ' '), MAX_TOPICS)}`]
      : []),
  ];
  return parts.length === 0 ? undefined : parts.join('<br><br>');
}

/** The time of the event: the sender's if it is valid, else the time of acceptance. */
export function writtenAt({ time, acceptedAt }: Lead): string {
  const sent = time === undefined ? Number.NaN : Date.parse(time);
  return (Number.isNaN(sent) ? acceptedAt : new Date(sent)).toISOString();
}

function topicsOf({ data, enrichment }: Lead): string[] | undefined {
  return data.topics?.length ? data.topics : enrichment.conversation?.topics;
}

// The best guess of the visitor's company that a chat widget has is the site.
function companyOf(site: string | undefined): string | undefined {
  if (site === undefined) return undefined;
  const address = site.includes('://') ? site : `https://${site}`;
  return URL.canParse(address) ? new URL(address).hostname.replace(/^www\./, '') : undefined;
}

function html(text: string, maxLength: number): string {
  return escapeMarkup(text, maxLength).replace(/\r?\n/g, '<br>');
}
