// Keys of a delivery that begin with what tells rows apart. All rows of a partition have its day in common: a key that
// begins with it is, to a planner without statistics (of a new day), as good for "day = ..." as one that fits whole, and
// then every outcome reads all rows of the day.

export const deliveryKeys = {
  name: '0009_delivery_keys',
  sql: `
    alter table delivery drop constraint delivery_pkey, add primary key (id, day);
    alter table delivery drop constraint delivery_day_integration_id_event_id_key,
      add unique (integration_id, event_id, day);
  `,
};
