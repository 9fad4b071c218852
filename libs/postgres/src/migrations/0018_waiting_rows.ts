// Two indexes of waiting rows, so that no query reads all of them: which rows become due next, and which rows of an
// integration are too old. Claimed rows are in neither index, and most rows are claimed from the start.

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
