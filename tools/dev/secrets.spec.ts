import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadSecrets } from './secrets.mjs';

describe('secrets', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'secrets-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  test('are made at random, kept, and readable by the owner alone', () => {
    const file = join(folder, 'deep', 'secrets.json');
    const first = loadSecrets(file);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(loadSecrets(file)).toEqual(first);
    const other = loadSecrets(join(folder, 'other.json'));
    const same = Object.entries(first).filter(([name, value]) => other[name as keyof typeof other] === value);
    expect(Object.keys(first)).toHaveLength(7);
    expect(same).toEqual([]);
    expect(first.encryptionKey).toMatch(/^[0-9a-f]{64}$/);
    expect(first.helpninjaApiKey).toMatch(/^hnja_test_[A-Za-z0-9]{32}$/);
  });

  test('one that came with a later version is added to those kept', () => {
    const file = join(folder, 'secrets.json');
    writeFileSync(file, JSON.stringify({ tenant: 'mine' }), { mode: 0o644 });
    const secrets = loadSecrets(file);
    expect(secrets).toMatchObject({ tenant: 'mine', webhookSecret: expect.stringMatching(/^whsec_/) });
    expect(loadSecrets(file)).toEqual(secrets);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });
});
