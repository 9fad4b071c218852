// For the specs of this library: a fresh schema in the test database.
import { randomBytes } from 'node:crypto';
import { createDatabase, type Database, type DatabaseSettings } from './database.ts';

const nothing = () => undefined;
export const silent = { debug: nothing, info: nothing, warn: nothing, error: nothing };

/** A database in a fresh, empty schema; `again` opens another pool on it, `end` drops it. */
export async function freshSchema(more: Partial<DatabaseSettings> = {}): Promise<{
  db: Database;
  again: (more?: Partial<DatabaseSettings>) => Database;
  end: () => Promise<void>;
}> {
  const url = process.env['DATABASE_URL'] ?? '';
  const schema = `p${randomBytes(5).toString('hex')}`;
  const opened: Database[] = [];
  const again = (settings: Partial<DatabaseSettings> = {}) => {
    const db = createDatabase({ url, schema, logger: silent, ...settings });
    opened.push(db);
    return db;
  };
  const db = again(more);
  await db.query(`create schema ${schema}`);
  return {
    db,
    again,
    async end() {
      await again().query(`drop schema if exists ${schema} cascade`);
      await Promise.all(opened.map((one) => one.close()));
    },
  };
}
