// Builds the message about an escalation within Block Kit's limits: Slack refuses a whole message for one text that is too
// long, and the texts come from customers.
import { conversationEscalated } from '@switchboard/contracts';
import { escapeMarkup, type SinkContext, type SinkEvent } from '@switchboard/sink';

/** Only the conversation id is required, for the links of the buttons. */
export const needs = { [conversationEscalated.type]: ['conversation_id'] } as const;

export type Escalation = SinkEvent<readonly [typeof conversationEscalated], typeof needs>;

const MAX_FIELDS = 10;
const MAX_FIELD = 2000;
const MAX_SECTION = 3000;
const MAX_FALLBACK = 300;
const MAX_URL = 3000;
const UNKNOWN = 'unknown';

/** The body of the call. */
export function messageOf(event: Escalation, dashboardUrl: string, further: SinkContext['mapped']): object {
  const { data, enrichment } = event;
  const details = enrichment.conversation;
  const site = data.site_url || details?.site_url || UNKNOWN;
  const reason = data.escalation_reason || UNKNOWN;
  const priority = data.priority || enrichment.classification?.priority || UNKNOWN;
  const question = data.customer_message || details?.first_message || UNKNOWN;
  return {
    // Shown in notifications and wherever blocks cannot be shown.
    text: escapeMarkup(`Chat escalation on ${site}: ${reason}`, MAX_FALLBACK),
    blocks: [
      { type: 'header', text: { type: 'plain_text', text: 'Chat Escalation Required' } },
      {
        type: 'section',
        fields: [
          labelled('Site', site),
          labelled('Confidence', percent(data.confidence_score)),
          labelled('Reason', reason),
          labelled('Priority', priority),
          ...Object.entries(further).map(([name, value]) => labelled(name, String(value))),
        ].slice(0, MAX_FIELDS),
      },
      { type: 'section', text: mrkdwn('*Customer Question:*\n', question, MAX_SECTION) },
      ...actions(
        `${dashboardUrl.replace(/\/+$/, '')}/conversations/${encodeURIComponent(data.conversation_id)}`,
      ),
    ],
  };
}

function labelled(label: string, value: string): object {
  return mrkdwn(`*${label}:* `, value, MAX_FIELD);
}

function mrkdwn(label: string, value: string, maxLength: number): object {
  return { type: 'mrkdwn', text: label + escapeMarkup(value, maxLength - label.length) };
}

function percent(share: number | undefined): string {
  return share === undefined ? UNKNOWN : `${(share * 100).toFixed(1)}%`;
}

// When a URL is too long, the message is sent without buttons.
function actions(conversationUrl: string): object[] {
  const respondUrl = `${conversationUrl}/respond`;
  if (respondUrl.length > MAX_URL) return [];
  return [
    {
      type: 'actions',
      elements: [
        { type: 'button', text: plain('View Conversation'), url: conversationUrl, style: 'primary' },
        { type: 'button', text: plain('Take Over Chat'), url: respondUrl },
      ],
    },
  ];
}

function plain(text: string): object {
  return { type: 'plain_text', text };
}
