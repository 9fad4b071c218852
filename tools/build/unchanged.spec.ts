import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isUnchanged, recordInputs } from './unchanged.mjs';

describe('a bundle is built again', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'unchanged-'));
    for (const file of ['source.ts', 'main.mjs']) writeFileSync(join(root, file), file);
    const input = { bytes: 1, imports: [] };
    recordInputs(root, root, 'settings', {
      inputs: { 'source.ts': input, 'node_modules/x/index.js': input, '<stdin>': input },
      outputs: {},
    });
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  test('never when nothing changed', () => expect(isUnchanged(root, root, 'settings')).toBe(true));

  test('when a source changed', () => {
    writeFileSync(join(root, 'source.ts'), 'changed');
    expect(isUnchanged(root, root, 'settings')).toBe(false);
  });

  test('when a source is gone', () => {
    rmSync(join(root, 'source.ts'));
    expect(isUnchanged(root, root, 'settings')).toBe(false);
  });

  test('when the settings changed', () => expect(isUnchanged(root, root, 'others')).toBe(false));

  test('when the bundle is gone', () => {
    rmSync(join(root, 'main.mjs'));
    expect(isUnchanged(root, root, 'settings')).toBe(false);
  });
});
