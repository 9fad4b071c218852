// Two looks at what waits that must not read all of it: which rows become due now, whoever they are for, and which of an
// integration's rows are too old. Rows that are claimed, as most are from the start, are in neither index.

export const waitingRows = {
  name: '0018_waiting_rows',
  sql: `
    -- by an expression: no statement that asks for one integration's rows in this order may take it for that
    create index delivery_next on delivery ((next_attempt_at at time zone 'UTC'))
      where state = 'waiting' and claim is null;
    create index delivery_age on delivery (integration_id, (coalesce(replayed_at, accepted_at)))
      where state = 'waiting' and claim is null;
  `,
};
