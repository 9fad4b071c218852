export * from './batch-writer.ts';
export { byteaArray } from './bytea-array.ts';
export { createDatabase, type Database, type DatabaseSettings, type Queryable } from './database.ts';
export { PostgresUnavailableError, QueryError } from './errors.ts';
export type { IntegrationRow, StoredSettings } from './integration-row.ts';
export * from './migrate.ts';
export * from './secret-box.ts';
