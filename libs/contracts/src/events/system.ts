// The events that are not about a conversation: documents, integrations, usage, errors of the platform.
import { z } from 'zod';
import { defineEvent } from '../define-event.ts';

export const documentUploaded = defineEvent({
  type: 'document.uploaded',
  entity: ['document_id'],
  data: {
    document_id: z.string().min(1),
    title: z.string().optional(),
    size_bytes: z.number().int().nonnegative().optional(),
    uploaded_by: z.string().optional(),
  },
  example: { document_id: 'doc_52', title: 'Plans and prices', size_bytes: 48213, uploaded_by: 'agent_kaur' },
});

export const integrationConfigured = defineEvent({
  type: 'integration.configured',
  entity: ['integration_id', 'integration_type'],
  data: {
    integration_id: z.string().optional(),
    integration_type: z.string().optional(),
    configured_by: z.string().optional(),
  },
  example: { integration_id: 'int_slack_1', integration_type: 'slack', configured_by: 'agent_kaur' },
});

export const usageThresholdReached = defineEvent({
  type: 'usage.threshold_reached',
  entity: ['metric'],
  data: {
    metric: z.string().optional(),
    threshold_percent: z.number().optional(),
    current: z.number().optional(),
    limit: z.number().optional(),
  },
  example: { metric: 'conversations', threshold_percent: 90, current: 4512, limit: 5000 },
});

export const errorOccurred = defineEvent({
  type: 'error.occurred',
  entity: ['error_id', 'component'],
  data: {
    conversation_id: z.string().optional(),
    error_id: z.string().optional(),
    component: z.string().optional(),
    severity: z.string().optional(),
    error_message: z.string().optional(),
  },
  example: {
    error_id: 'err_310',
    component: 'document_indexer',
    severity: 'warning',
    error_message: 'Indexing doc_52 took 41 seconds.',
  },
});
