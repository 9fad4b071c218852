// Puts the selective column first in the keys of a delivery. All rows of a partition have the same day. On a new day the
// planner has no statistics and may choose an index that begins with the day; then every outcome reads all rows of it.

export const deliveryKeys = {
  name: '0009_delivery_keys',
  sql: `
    alter table delivery drop constraint delivery_pkey, add primary key (id, day);
    alter table delivery drop constraint delivery_day_integration_id_event_id_key,
      add unique (integration_id, event_id, day);
  `,
};
