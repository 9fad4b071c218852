// The stand-in of Slack's incoming webhooks: a secret URL takes JSON and answers `ok`, or one word of refusal.
import { blockFault } from './block-kit.ts';
import { isJson, isObject, type Vendor, type VendorReply, type VendorRequest } from './vendor.ts';

const MAX_ATTACHMENTS = 100;

const faultMessages: Record<number, string> = {
  400: 'invalid_payload',
  403: 'action_prohibited',
  404: 'channel_not_found',
  410: 'channel_is_archived',
  429: 'rate_limited',
  500: 'rollup_error',
};

/** Makes the stand-in. `secretPath` is `team/bot/secret`; without it any is accepted. */
export function slack(secretPath: string | undefined): Vendor {
  return {
    name: 'slack',
    fault: (status) => faultMessages[status] ?? (status < 400 ? 'ok' : 'service_unavailable'),
    answer: (request) =>
      hookRefusal(request, secretPath) ?? messageRefusal(request) ?? { status: 200, body: 'ok' },
  };
}

function hookRefusal(request: VendorRequest, secretPath: string | undefined): VendorReply | undefined {
  const given = /^\/services\/([^/]+)\/([^/]+)\/([^/]+)\/?$/.exec(request.path);
  if (!given) return { status: 404, body: 'no_service' };
  const [team, bot, secret] = secretPath?.split('/') ?? given.slice(1);
  if (given[1] !== team) return { status: 404, body: 'no_team' };
  if (given[2] !== bot) return { status: 404, body: 'no_service' };
  if (given[3] !== secret) return { status: 403, body: 'invalid_token' };
  return undefined;
}

function messageRefusal(request: VendorRequest): VendorReply | undefined {
  const refuse = (body: string, reason: string): VendorReply => ({ status: 400, body, reason });
  if (request.method !== 'POST') return refuse('invalid_payload', 'only POST is accepted');
  if (!isJson(request.headers)) return refuse('invalid_payload', 'the content type must be application/json');
  const message = request.json;
  if (!isObject(message)) return refuse('invalid_payload', 'the body must be a JSON object');
  const { text, blocks, attachments } = message;
  if (text !== undefined && typeof text !== 'string')
    return refuse('invalid_payload', 'text must be a string');
  if (attachments !== undefined && !Array.isArray(attachments))
    return refuse('invalid_payload', 'attachments must be a list');
  if ((attachments?.length ?? 0) > MAX_ATTACHMENTS)
    return refuse('too_many_attachments', `at most ${MAX_ATTACHMENTS} attachments are accepted`);
  const fault = blocks === undefined ? undefined : blockFault(blocks);
  if (fault) return refuse('invalid_blocks', fault);
  const hasBlocks = Array.isArray(blocks) && blocks.length > 0;
  if (!text?.trim() && !hasBlocks && !attachments?.length)
    return refuse('no_text', 'the message needs text, blocks or attachments');
  return undefined;
}
