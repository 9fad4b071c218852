// The events about a customer: identified, satisfaction, feedback, and the lead for sales.
import { z } from 'zod';
import { defineEvent } from '../define-event.ts';
import { conversationId, email, freeText, personName, phone } from './fields.ts';

export const customerIdentified = defineEvent({
  type: 'customer.identified',
  entity: ['customer_id'],
  data: {
    conversation_id: conversationId.optional(),
    customer_id: z.string().optional(),
    customer_email: email.optional(),
    customer_name: personName.optional(),
    customer_phone: phone.optional(),
  },
  example: {
    conversation_id: 'conv_8f21c0',
    customer_id: 'cus_1009',
    customer_email: 'mari.tamm@example.com',
    customer_name: 'Mari Tamm',
  },
});

export const satisfactionReceived = defineEvent({
  type: 'satisfaction.received',
  entity: ['message_id'],
  data: {
    conversation_id: conversationId.optional(),
    message_id: z.string().optional(),
    satisfaction_score: z.number(),
    comment: freeText.optional(),
  },
  example: { conversation_id: 'conv_8f21c0', satisfaction_score: 5, comment: 'Quick and clear.' },
});

export const feedbackSubmitted = defineEvent({
  type: 'feedback.submitted',
  entity: ['message_id', 'customer_id'],
  data: {
    conversation_id: conversationId.optional(),
    message_id: z.string().optional(),
    customer_id: z.string().optional(),
    feedback: freeText.optional(),
    rating: z.number().optional(),
  },
  example: { conversation_id: 'conv_8f21c0', feedback: 'A search over old chats would help.', rating: 4 },
});

export const leadQualified = defineEvent({
  type: 'lead.qualified',
  entity: ['lead_id', 'customer_id'],
  data: {
    conversation_id: conversationId,
    qualification_score: z.number().min(0).max(100),
    // Some senders leave it out. It is then found through the details of the conversation.
    customer_email: email.optional(),
    customer_name: personName.optional(),
    customer_phone: phone.optional(),
    site_url: z.string().optional(),
    summary: freeText.optional(),
    topics: z.array(z.string()).optional(),
  },
  example: {
    conversation_id: 'conv_8f21c0',
    qualification_score: 85,
    customer_email: 'mari.tamm@example.com',
    customer_name: 'Mari Tamm',
    site_url: 'https://shop.example.com',
    summary: 'Wants the team plan for 25 seats, compares with one competitor.',
    topics: ['pricing', 'team plan'],
  },
});
