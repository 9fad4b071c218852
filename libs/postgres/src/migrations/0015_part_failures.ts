// Counts failures per part of the time until an integration is disabled: they must be spread over all of it.

export const partFailures = {
  name: '0015_part_failures',
  sql: `
    -- failed attempts since the last threshold that was told, counted up to a few
    alter table integration_state add column part_failures int not null default 0;
  `,
};
