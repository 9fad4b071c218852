import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { whyInstall } from './install.mjs';

describe('npm packages are installed', () => {
  let root: string;
  const at = (file: string, when: number) => utimesSync(join(root, file), when, when);
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'install-'));
    writeFileSync(join(root, 'package-lock.json'), '{}');
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));
  const installedByHand = () => {
    mkdirSync(join(root, 'node_modules'));
    writeFileSync(join(root, 'node_modules/.package-lock.json'), '{}');
  };

  test('when they are missing', () => expect(whyInstall(root)).toBe('missing'));

  test('not again after an install by hand, until the lockfile changes', () => {
    installedByHand();
    at('package-lock.json', 1_000);
    at('node_modules/.package-lock.json', 2_000);
    expect(whyInstall(root)).toBeUndefined();
    at('package-lock.json', 3_000);
    expect(whyInstall(root)).toBe('changed');
  });

  test('when the lockfile is not the one they were installed from', () => {
    installedByHand();
    writeFileSync(join(root, 'node_modules/.installed-lock'), 'another');
    expect(whyInstall(root)).toBe('changed');
  });
});
