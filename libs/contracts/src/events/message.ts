// The events about messages, and about how sure the AI was of its answers.
import { z } from 'zod';
import { defineEvent } from '../define-event.ts';
import { confidence, conversationId, freeText } from './fields.ts';

export const messageSent = defineEvent({
  type: 'message.sent',
  data: {
    conversation_id: conversationId,
    message_id: z.string().optional(),
    sender: z.string().optional(),
    content: freeText.optional(),
    confidence_score: confidence.optional(),
    sources: z
      .array(
        z.looseObject({
          document_id: z.string(),
          title: z.string().optional(),
          relevance_score: z.number().optional(),
        }),
      )
      .optional(),
    processing_time_ms: z.number().nonnegative().optional(),
    tokens_used: z.number().int().nonnegative().optional(),
  },
  example: {
    conversation_id: 'conv_8f21c0',
    message_id: 'msg_77a1',
    sender: 'ai',
    content: 'Yes, the team plan includes the Slack connection.',
    confidence_score: 0.91,
    sources: [{ document_id: 'doc_52', title: 'Plans and prices', relevance_score: 0.88 }],
    processing_time_ms: 840,
    tokens_used: 132,
  },
});

export const messageFailed = defineEvent({
  type: 'message.failed',
  data: {
    conversation_id: conversationId,
    message_id: z.string().optional(),
    error_code: z.string().optional(),
    error_message: z.string().optional(),
  },
  example: {
    conversation_id: 'conv_8f21c0',
    message_id: 'msg_77a2',
    error_code: 'model_timeout',
    error_message: 'The answer took longer than 30 seconds.',
  },
});

const aiResponse = {
  conversation_id: conversationId,
  message_id: z.string().optional(),
  confidence_score: confidence.optional(),
  threshold: confidence.optional(),
  customer_message: freeText.optional(),
  ai_response: z.string().optional(),
};

export const aiResponseLowConfidence = defineEvent({
  type: 'ai.response.low_confidence',
  data: aiResponse,
  example: {
    conversation_id: 'conv_8f21c0',
    message_id: 'msg_77a3',
    confidence_score: 0.34,
    threshold: 0.6,
    customer_message: 'Can I move my invoices to another company?',
    ai_response: 'I believe invoices can be changed in the settings.',
  },
});

export const aiResponseHighConfidence = defineEvent({
  type: 'ai.response.high_confidence',
  data: aiResponse,
  example: {
    conversation_id: 'conv_8f21c0',
    message_id: 'msg_77a4',
    confidence_score: 0.97,
    threshold: 0.9,
    customer_message: 'Where do I change my password?',
    ai_response: 'Under Profile, Security.',
  },
});
