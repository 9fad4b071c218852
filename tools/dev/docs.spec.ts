import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { renderReadme } from './docs.mjs';

test('the settings in the README are those the services tell of themselves', async () => {
  const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8');
  expect(readme).toContain('| `KAFKA_DEADLINE_MS` | ingest |');
  // One of the command line alone has a default too.
  expect(readme).toContain('| `KAFKA_REPLICATION_FACTOR` | cli | 3 |');
  expect(await renderReadme()).toBe(readme);
});
