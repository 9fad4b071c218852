import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { environmentPage, renderEnvironmentPage } from './docs.mjs';

test('the page of settings has the settings that the services print', async () => {
  const page = readFileSync(join(import.meta.dirname, '../..', environmentPage), 'utf8');
  expect(page).toContain('| `KAFKA_DEADLINE_MS` | ingest |');
  // A setting of the command line alone has a default too.
  expect(page).toContain('| `KAFKA_REPLICATION_FACTOR` | cli | 3 |');
  expect(await renderEnvironmentPage()).toBe(page);
});
