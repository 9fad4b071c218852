import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runningSystem } from './running-system.mjs';

let data: string;
beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'running-'));
});
afterEach(() => rmSync(data, { recursive: true }));

test('as the environment names it, as it runs here, or none', () => {
  expect(() => runningSystem({}, data, 'ready.json')).toThrow('nothing runs here; run npm start, or name it');
  expect(runningSystem({ DATABASE_URL: 'postgres://there/y' }, data, 'ready.json')).toEqual({});
  writeFileSync(join(data, 'ready.json'), JSON.stringify({ postgres: 'postgres://here/x', kafka: 'here:1' }));
  expect(runningSystem({}, data, 'ready.json')).toEqual({
    KAFKA_BROKERS: 'here:1',
    DATABASE_URL: 'postgres://here/x',
    ENCRYPTION_KEY: expect.any(String),
    KAFKA_REPLICATION_FACTOR: '1',
    EGRESS_ALLOW: '127.0.0.1',
  });
  expect(runningSystem({ DATABASE_URL: 'postgres://there/y' }, data, 'ready.json')).toEqual({});
});
