// Why an event had no answer of the model: without it only the enriched bytes tell, which no query reads.

export const modelFallbackReason = {
  name: '0032_model_fallback_reason',
  sql: 'alter table model_answer add column fallback_reason text',
};
