// Turns a script into the webhook events of the platform, in the order in which they happen.
import { HIGH_CONFIDENCE, LOW_CONFIDENCE, type Script, type ScriptedTurn } from './script.ts';

/** A webhook body before it is signed. */
export interface PlatformEvent {
  event: string;
  timestamp: string;
  tenant_id?: string;
  data: Record<string, unknown>;
}

export interface EventContext {
  conversationId: string;
  /** If absent, the events name no tenant: it is then the owner of the secret. */
  tenant?: string | undefined;
  /** When the conversation began, in milliseconds since 1970. */
  start: number;
}

/** All events of a conversation. */
export function eventsOf(script: Script, { conversationId, tenant, start }: EventContext): PlatformEvent[] {
  const events: PlatformEvent[] = [];
  const emit = (event: string, at: number, data: Record<string, unknown>): void => {
    const timestamp = new Date(start + at * 1000).toISOString();
    events.push({
      event,
      timestamp,
      ...(tenant === undefined ? {} : { tenant_id: tenant }),
      data: { conversation_id: conversationId, ...data },
    });
  };
  const { visitor } = script;
  const id = conversationId.replace(/^conv_/, '');
  emit('conversation.started', 0, {
    session_id: `session_${id}`,
    site_url: visitor.site,
    page_url: `${visitor.site}${script.page}`,
    referrer: visitor.referrer,
    user_agent: visitor.userAgent,
    ip_address: visitor.ip,
    country: visitor.country,
    language: visitor.language,
    initial_message: script.turns.find((turn) => turn.sender === 'customer')?.text ?? '',
  });
  for (const [index, turn] of script.turns.entries()) {
    emitTurn(emit, script, turn, `msg_${id}_${index + 1}`, script.turns[index - 1]?.text);
    if (index === script.identifiedAfter)
      emit('customer.identified', turn.at + 1, {
        customer_id: `cus_${id}`,
        customer_email: visitor.email,
        customer_name: visitor.name,
        ...(visitor.phone === undefined ? {} : { customer_phone: visitor.phone }),
      });
    if (index === script.escalation?.after) emitEscalation(emit, script, index);
  }
  emitEnd(emit, script, id);
  return events;
}

type Emit = (event: string, at: number, data: Record<string, unknown>) => void;

function emitTurn(
  emit: Emit,
  script: Script,
  turn: ScriptedTurn,
  messageId: string,
  before: string | undefined,
): void {
  if (turn.failedFirst)
    emit('message.failed', turn.at, {
      message_id: `${messageId}_failed`,
      error_code: 'model_timeout',
      error_message: 'The answer took longer than 30 seconds.',
    });
  const { confidence } = turn;
  const sent = { message_id: messageId, sender: turn.sender, content: turn.text };
  if (confidence === undefined) return emit('message.sent', turn.at, sent);
  emit('message.sent', turn.at, {
    ...sent,
    confidence_score: confidence,
    sources: [
      {
        document_id: `doc_${script.topic.replaceAll(' ', '_')}`,
        title: `Help: ${script.topic}`,
        relevance_score: confidence,
      },
    ],
    processing_time_ms: 400 + turn.text.length * 9,
    tokens_used: 60 + Math.ceil(turn.text.length / 4),
  });
  const view = {
    message_id: messageId,
    confidence_score: confidence,
    customer_message: before ?? '',
    ai_response: turn.text,
  };
  if (confidence < LOW_CONFIDENCE)
    emit('ai.response.low_confidence', turn.at, { ...view, threshold: LOW_CONFIDENCE });
  if (confidence >= HIGH_CONFIDENCE)
    emit('ai.response.high_confidence', turn.at, { ...view, threshold: HIGH_CONFIDENCE });
}

function emitEscalation(emit: Emit, script: Script, index: number): void {
  const { escalation, visitor } = script;
  if (!escalation) return;
  const said = script.turns.slice(0, index + 1);
  const answer = said.findLast((turn) => turn.sender === 'ai');
  emit('conversation.escalated', (said.at(-1)?.at ?? 0) + 2, {
    escalation_reason: escalation.reason,
    ...(answer?.confidence === undefined
      ? {}
      : { confidence_score: answer.confidence, ai_attempted_response: answer.text }),
    customer_message: said.findLast((turn) => turn.sender === 'customer')?.text ?? '',
    escalation_triggers: escalation.triggers,
    suggested_team_member: escalation.teamMember,
    priority: escalation.priority,
    site_url: visitor.site,
  });
}

function emitEnd(emit: Emit, script: Script, id: string): void {
  const { visitor, score, lasts } = script;
  const minutes = minutesOf(script);
  const lastCustomer = script.turns.findLast((turn) => turn.sender === 'customer')?.text ?? '';
  if (score !== undefined)
    emit('lead.qualified', lasts - 3, {
      qualification_score: score,
      customer_email: visitor.email,
      customer_name: visitor.name,
      ...(visitor.phone === undefined ? {} : { customer_phone: visitor.phone }),
      site_url: visitor.site,
      topics: [script.topic],
    });
  if (script.outcome === 'resolved')
    emit('conversation.resolved', lasts - 2, {
      resolution_status: 'resolved',
      resolved_by: script.escalation ? 'agent' : 'ai',
      duration_minutes: minutes,
    });
  if (script.outcome === 'abandoned')
    emit('conversation.abandoned', lasts - 2, { last_message: lastCustomer, duration_minutes: minutes });
  emit('conversation.ended', lasts, {
    session_id: `session_${id}`,
    site_url: visitor.site,
    resolution_status: resolutionOf(script),
    duration_minutes: minutes,
    message_count: script.turns.length,
  });
  if (script.satisfaction !== undefined)
    emit('satisfaction.received', lasts + 20, { satisfaction_score: script.satisfaction });
  if (script.feedback !== undefined)
    emit('feedback.submitted', lasts + 45, { feedback: script.feedback, customer_id: `cus_${id}` });
}

/** The length of the conversation in minutes, with one decimal. */
export function minutesOf(script: Script): number {
  return Math.round(script.lasts / 6) / 10;
}

/** The state of the conversation at its end, as the platform names it. */
export function resolutionOf(script: Script): string {
  if (script.outcome !== 'ended') return script.outcome;
  return script.escalation ? 'escalated' : 'unresolved';
}
