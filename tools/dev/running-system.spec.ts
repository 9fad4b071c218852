import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { READY_FILE, systemMeant } from './running-system.mjs';

let data: string;
beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'running-'));
});
afterEach(() => rmSync(data, { recursive: true }));

test('as the environment names it, as it runs here, or none', () => {
  expect(() => systemMeant({}, data)).toThrow('nothing runs here; run npm start, or name it');
  expect(systemMeant({ DATABASE_URL: 'postgres://there/y' }, data)).toEqual({});
  writeFileSync(join(data, READY_FILE), JSON.stringify({ postgres: 'postgres://here/x', kafka: 'here:1' }));
  expect(systemMeant({}, data)).toEqual({
    KAFKA_BROKERS: 'here:1',
    DATABASE_URL: 'postgres://here/x',
    ENCRYPTION_KEY: expect.any(String),
    KAFKA_REPLICATION_FACTOR: '1',
    EGRESS_ALLOW: '127.0.0.1',
  });
  // Half a system is none.
  expect(systemMeant({ KAFKA_BROKERS: 'other:2' }, data)).toMatchObject({ KAFKA_BROKERS: 'here:1' });
  expect(systemMeant({ DATABASE_URL: 'postgres://there/y' }, data)).toEqual({});
});
