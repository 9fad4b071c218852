// Until when an integration's deliveries were parked: what grew old meanwhile is not to die on the day it goes on.

export const parkedUntil = {
  name: '0010_parked_until',
  sql: `
    -- null: never, or still; a short rest of the breaker is none
    alter table integration_state add column parked_until timestamptz;
  `,
};
