// What the specs of other libraries use of this library: test data, and statements whose plans and faults they examine.
export { dryRunDeliveries } from './dead-letters/dry-run-replay.ts';
export {
  actions,
  actor,
  addDeadDeliveries,
  countByState,
  escalation,
  noKafka,
} from './dead-letters/test-dead-letters.ts';
export { backlogSql, claimDueSql, comingDueSql } from './deliveries/claim-sql.ts';
export {
  intakeSql,
  recordAndReleaseSql,
  recordSql,
  releaseSql,
  stepsSql,
} from './deliveries/delivery-sql.ts';
export { freeStaleClaimsSql, freeUnknownClaimsSql, staleEpochsSql } from './deliveries/free-claims-sql.ts';
export { countWaitingSql, expireSql, orphansSql } from './deliveries/waiting-sql.ts';
export {
  dayAt,
  moveInSql,
  moveOutSql,
  PARTITIONED_TABLES,
  type PartitionedTable,
  partitionName,
} from './partitions/day-partitions.ts';
export {
  addIntegration,
  box,
  fast,
  freshTables,
  type LedgerRowShown,
  record,
  rows,
  TENANT,
} from './test-tables.ts';
