// An integration is disabled for failures that are spread over the time, so they are counted.

export const partFailures = {
  name: '0015_part_failures',
  sql: `
    -- failed attempts since the last threshold that was told, counted up to a few
    alter table integration_state add column part_failures int not null default 0;
  `,
};
