// The trace that an event belongs to, to be continued by the calls of its deliveries.

export const traceContext = {
  name: '0012_trace_context',
  sql: `
    -- W3C Trace Context; null for an event that came without one
    alter table event_body add column traceparent text;
  `,
};
