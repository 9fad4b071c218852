// Claimed rows by the epoch they are claimed under: what a process leaves behind is found without reading what waits.

export const claimedRows = {
  name: '0017_claimed_rows',
  sql: `
    create index delivery_claimed on delivery (claim) where state = 'waiting' and claim is not null;
  `,
};
