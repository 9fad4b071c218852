// Turns an escalated conversation into a Slack message, through an app's incoming webhook. It has no check, because every
// accepted call to the webhook is a message in the channel.
import { conversationEscalated } from '@switchboard/contracts';
import {
  broken,
  byStatus,
  defineSink,
  type DeliveryOutcome,
  type HttpReply,
  rejected,
  retry,
  retryAfter,
} from '@switchboard/sink';
import { z } from 'zod';
import { messageOf, needs } from './message.ts';

const address = z.url({ protocol: /^https?$/, error: 'must be an http or https URL' });

export const slack = defineSink({
  name: 'slack',
  accepts: [conversationEscalated],
  needs,
  config: z.object({
    webhookUrl: address.meta({ secret: true, title: 'Incoming webhook of the Slack app' }),
    dashboardUrl: address.default('https://helpninja.app').meta({
      title: 'URL of the dashboard',
      description: 'The buttons link to /conversations/{id} and /conversations/{id}/respond there',
    }),
  }),
  idempotency: 'none',
  /** Slack's published limit of an incoming webhook: about one message per second. */
  limits: { perSecond: 1, concurrency: 1 },
  async deliver(event, ctx) {
    return outcomeOf(
      await ctx.http.post(ctx.config.webhookUrl, {
        json: messageOf(event, ctx.config.dashboardUrl, ctx.mapped),
      }),
    );
  },
});

// Slack refuses with one word. The word decides, because the status differs from Slack's documentation. For `ok` the status
// decides: a gateway can say it too, with its own 404 or 503.
const REJECTED = new Set([
  ...['invalid_payload', 'user_not_found', 'invalid_blocks', 'no_text'],
  ...['missing_text_or_fallback_or_attachments', 'too_many_attachments'],
]);
const BROKEN = new Set([
  ...['action_prohibited', 'posting_to_general_channel_denied', 'invalid_token', 'team_disabled'],
  ...[
    'channel_not_found',
    'no_service',
    'no_service_id',
    'no_active_hooks',
    'no_team',
    'channel_is_archived',
  ],
]);
/** Statuses of a deleted webhook, with any word. */
const GONE = new Set([404, 410]);
/** Slack accepts about one message per second from a webhook. */
const LIMITED_SECONDS = 1;

function outcomeOf(reply: HttpReply): DeliveryOutcome {
  const { status } = reply;
  const word = reply.text.trim();
  const known = /^[a-z_]{1,60}$/.test(word) ? ` ${word}` : '';
  const reason = `Slack: ${status}${known}`;
  if (REJECTED.has(word)) return { ...rejected(reason), status };
  if (BROKEN.has(word) || GONE.has(status))
    return { ...broken(`${reason}; correct the webhook or its channel`), status };
  if (word === 'rate_limited' || status === 429) {
    return { ...retry(reason, { after: retryAfter(reply) ?? LIMITED_SECONDS }), status };
  }
  if (word === 'rollup_error') return { ...retry(reason), status };
  const outcome = byStatus(reply);
  return outcome.kind === 'delivered' ? outcome : { ...outcome, reason };
}
