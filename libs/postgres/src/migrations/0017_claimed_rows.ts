// An index of claimed rows by epoch: rows that a dead process has left are found without reading all waiting rows.

export const claimedRows = {
  name: '0017_claimed_rows',
  sql: `
    create index delivery_claimed on delivery (claim) where state = 'waiting' and claim is not null;
  `,
};
