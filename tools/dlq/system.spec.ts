// Which system the command speaks to.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSystem } from './system.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'dlq-system-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('where the system is', () => {
  const ready = () => {
    const file = join(folder, 'ready.json');
    writeFileSync(file, JSON.stringify({ postgres: 'postgres://here/x', kafka: 'here:1' }));
    return file;
  };

  test('as the environment says, else where npm start put it', () => {
    expect(readSystem({ DATABASE_URL: 'postgres://there/y' }, ready())).toMatchObject({
      DATABASE_URL: 'postgres://there/y',
      DATABASE_SCHEMA: 'switchboard',
      KAFKA_BROKERS: undefined,
    });
    expect(readSystem({ KAFKA_BROKERS: 'other:2', DATABASE_SCHEMA: 's' }, ready())).toMatchObject({
      DATABASE_URL: 'postgres://here/x',
      DATABASE_SCHEMA: 's',
      KAFKA_BROKERS: ['here:1'],
    });
  });

  test('nowhere is told', () => {
    expect(() => readSystem({}, join(folder, 'none.json'))).toThrow('nothing runs here');
    expect(() => readSystem({ DATABASE_URL: 'mysql://x' }, ready())).toThrow('DATABASE_URL');
  });
});
