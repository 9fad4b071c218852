// An index of due rows by event type: the next rows of a type are found without reading thousands of others.

export const dueByType = {
  name: '0011_due_by_type',
  sql: `
    create index delivery_due_by_type on delivery (integration_id, event_type, next_attempt_at, id)
      where state = 'waiting' and claim is null;
  `,
};
