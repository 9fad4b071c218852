// Why an event had no answer of the model. Before, only the enriched bytes said it, which no query reads.

export const modelFallbackReason = {
  name: '0032_model_fallback_reason',
  sql: 'alter table model_answer add column fallback_reason text',
};
