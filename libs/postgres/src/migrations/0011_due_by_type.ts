// Due rows of one event type: those that go first are found without reading the thousands that wait before them.

export const dueByType = {
  name: '0011_due_by_type',
  sql: `
    create index delivery_due_by_type on delivery (integration_id, event_type, next_attempt_at, id)
      where state = 'waiting' and claim is null;
  `,
};
