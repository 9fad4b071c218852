// Until when an integration's deliveries were parked: rows that became too old meanwhile must not expire when it resumes.

export const parkedUntil = {
  name: '0010_parked_until',
  sql: `
    -- null: never, or still
    alter table integration_state add column parked_until timestamptz;
  `,
};
