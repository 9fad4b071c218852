// The events of a conversation: started, ended, escalated, resolved, abandoned.
import { z } from 'zod';
import { defineEvent } from '../define-event.ts';
import { confidence, conversationId, email, freeText, personName } from './fields.ts';

export const conversationStarted = defineEvent({
  type: 'conversation.started',
  data: {
    conversation_id: conversationId,
    session_id: z.string().optional(),
    site_url: z.string().optional(),
    page_url: z.string().optional(),
    referrer: z.string().optional(),
    user_agent: z.string().optional(),
    ip_address: z.string().meta({ pii: true }).optional(),
    country: z.string().optional(),
    language: z.string().optional(),
    initial_message: freeText.optional(),
  },
  example: {
    conversation_id: 'conv_8f21c0',
    session_id: 'session_41d7',
    site_url: 'https://shop.example.com',
    page_url: 'https://shop.example.com/pricing',
    referrer: 'https://search.example.net/?q=chat+widget',
    user_agent: 'Mozilla/5.0 (X11; Linux x86_64)',
    ip_address: '203.0.113.20',
    country: 'EE',
    language: 'en',
    initial_message: 'Does the team plan include the Slack connection?',
  },
});

export const conversationEnded = defineEvent({
  type: 'conversation.ended',
  data: {
    conversation_id: conversationId,
    session_id: z.string().optional(),
    site_url: z.string().optional(),
    resolution_status: z.string().optional(),
    duration_minutes: z.number().nonnegative().optional(),
    message_count: z.number().int().nonnegative().optional(),
    customer_email: email.optional(),
  },
  example: {
    conversation_id: 'conv_8f21c0',
    session_id: 'session_41d7',
    site_url: 'https://shop.example.com',
    resolution_status: 'resolved',
    duration_minutes: 7.5,
    message_count: 9,
    customer_email: 'mari.tamm@example.com',
  },
});

export const conversationEscalated = defineEvent({
  type: 'conversation.escalated',
  data: {
    conversation_id: conversationId,
    escalation_reason: z.string().optional(),
    confidence_score: confidence.optional(),
    customer_message: freeText.optional(),
    ai_attempted_response: z.string().optional(),
    escalation_triggers: z.array(z.string()).optional(),
    suggested_team_member: z.string().optional(),
    priority: z.string().optional(),
    site_url: z.string().optional(),
    customer_email: email.optional(),
  },
  example: {
    conversation_id: 'conv_8f21c0',
    escalation_reason: 'low_confidence',
    confidence_score: 0.31,
    customer_message: 'I was charged twice and nobody answers, please stop the subscription today.',
    ai_attempted_response: 'I can look at your invoices with you.',
    escalation_triggers: ['billing_related', 'confidence_below_threshold'],
    suggested_team_member: 'agent_kaur',
    priority: 'high',
    site_url: 'https://shop.example.com',
  },
});

export const conversationResolved = defineEvent({
  type: 'conversation.resolved',
  data: {
    conversation_id: conversationId,
    resolution_status: z.string().optional(),
    resolved_by: z.string().optional(),
    duration_minutes: z.number().nonnegative().optional(),
  },
  example: {
    conversation_id: 'conv_8f21c0',
    resolution_status: 'resolved',
    resolved_by: 'ai',
    duration_minutes: 6.2,
  },
});

export const conversationAbandoned = defineEvent({
  type: 'conversation.abandoned',
  data: {
    conversation_id: conversationId,
    last_message: freeText.optional(),
    customer_name: personName.optional(),
    duration_minutes: z.number().nonnegative().optional(),
  },
  example: {
    conversation_id: 'conv_8f21c0',
    last_message: 'Are you still there?',
    duration_minutes: 3.1,
  },
});
