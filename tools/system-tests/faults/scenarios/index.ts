// All scenarios, in the order in which they run.
import type { Scenario } from '../scenario.ts';
import { brokerKill, brokerStop, cluster, grownTopic } from './brokers.ts';
import { busyKeys } from './busy-keys.ts';
import { coldStart } from './cold-start.ts';
import { fiveTimes } from './five-times.ts';
import { foreignZstd } from './foreign-zstd.ts';
import { freeze } from './freeze.ts';
import { kills } from './kills.ts';
import { networkKafka, networkPostgres, networkSenders, networkVendors } from './network.ts';
import { poison } from './poison.ts';
import { postgresAway, postgresKill } from './postgres.ts';
import { rebalance } from './rebalance.ts';
import { postgresReadOnly, refusedStatements } from './refusals.ts';
import { rolling } from './rolling.ts';
import { setupBrokerAway } from './setup-broker-away.ts';
import { steady } from './steady.ts';
import { vendors } from './vendors.ts';

export const scenarios: readonly Scenario[] = [
  steady,
  ...kills,
  rolling,
  rebalance,
  freeze,
  poison,
  fiveTimes,
  busyKeys,
  vendors,
  brokerStop,
  brokerKill,
  cluster,
  grownTopic,
  setupBrokerAway,
  foreignZstd,
  postgresKill,
  postgresAway,
  refusedStatements,
  postgresReadOnly,
  coldStart,
  networkSenders,
  networkKafka,
  networkPostgres,
  networkVendors,
];
