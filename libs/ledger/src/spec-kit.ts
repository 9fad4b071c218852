// What specs of other libraries use of this one's.
export { actions, actor, die, escalation, nowhere, sums } from './dead-letters/test-deaths.ts';
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
