export * from './batch-writer.ts';
export { byteaArray } from './bytea-array.ts';
export { checkDatabase } from './check-database.ts';
export { createDatabase, type Database, type DatabaseSettings, type Queryable } from './database.ts';
export { databaseUrlProblem } from './database-url.ts';
export {
  PostgresUnavailableError,
  QueryError,
  StatementRefusedError,
  UnusableDatabaseError,
} from './errors.ts';
export type { IntegrationRow, StoredSettings } from './integration-row.ts';
export * from './migrate.ts';
export * from './secret-box.ts';
