// The house is in order, and each way of being out of order is noticed (planted in a small tree of its own).
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { allTopics, events } from '@switchboard/contracts';
import { houseFaults } from './house.mjs';
import { layers } from './layers.mjs';

const root = join(import.meta.dirname, '..');
const names = { topics: allTopics.map(({ name }) => name), types: events.map(({ type }) => type) };

describe('the house', () => {
  test('is in order', () => {
    expect(houseFaults(root, layers, names)).toEqual([]);
  });

  describe('notices', () => {
    let tree: string;
    const write = (path: string, text: string) => {
      mkdirSync(dirname(join(tree, path)), { recursive: true });
      writeFileSync(join(tree, path), text);
    };
    const project = (root: string, name: string, tags: string[]) =>
      write(join(root, 'project.json'), JSON.stringify({ name, tags }));

    beforeEach(() => {
      tree = mkdtempSync(join(tmpdir(), 'house-'));
      project('libs/contracts', 'contracts', ['layer:contracts']);
      project('libs/kafka', 'kafka', ['layer:kafka']);
      project('apps/router', 'router', ['layer:app']);
      write('apps/router/src/main.ts', `import { topics } from '@switchboard/contracts';\n`);
    });
    afterEach(() => rmSync(tree, { recursive: true }));

    test('nothing in a tree without faults', () => {
      expect(houseFaults(tree, layers, names)).toEqual([]);
    });

    test.each([
      ['a project without a layer', () => project('libs/loose', 'loose', []), 'no layer: tag'],
      [
        'a layer without a rule',
        () => project('libs/loose', 'loose', ['layer:loose']),
        'no rule for layer:loose',
      ],
      [
        'a dependency on a layer that is not below',
        () => write('libs/contracts/src/a.ts', `import type { X } from '@switchboard/kafka';\n`),
        'only from layers below',
      ],
      [
        'an app that imports an app',
        () => write('apps/router/src/a.ts', `export * from '@switchboard/router2';\n`),
        'does not exist',
      ],
      [
        'a dynamic import that leads nowhere',
        () => write('apps/router/src/a.ts', `await import${"('./gone.ts')"};\n`),
        'gone.ts',
      ],
      [
        'a package that is not installed',
        () => write('apps/router/src/a.ts', `import x from 'no-such-thing';\n`),
        'not installed',
      ],
      [
        'a topic literal',
        () => write('apps/router/src/a.ts', `const t = 'sales-leads';\n`),
        'literal sales-leads',
      ],
      [
        'an event literal',
        () => write('apps/router/src/a.ts', 'const t = `lead.qualified`;\n'),
        'literal lead.qualified',
      ],
    ])('%s', (_what, plant, fault) => {
      plant();
      const faults = houseFaults(tree, layers, names);
      expect(faults).toHaveLength(1);
      expect(faults[0]).toContain(fault);
    });

    test('files that import each other, if only types, the whole way around', () => {
      write('apps/router/src/a.ts', `export * from './b.ts';\n`);
      write('apps/router/src/b.ts', `import type { C } from './c.ts';\n`);
      write('apps/router/src/c.ts', `const a = await import${"('./a.ts')"};\n`);
      write('apps/router/src/d.ts', `export * from './a.ts';\n`);
      const [a, b, c] = ['a', 'b', 'c'].map((name) => `apps/router/src/${name}.ts`);
      expect(houseFaults(tree, layers, names)).toEqual([
        `files import each other in a circle: ${a} → ${b} → ${c} → ${a}`,
      ]);
    });

    test('folders side by side that import each other, however deep, and none that holds the other', () => {
      const faults = () => houseFaults(tree, layers, names);
      write('apps/router/src/a/deep/one.ts', `export * from '../../b/two.ts';\n`);
      write('apps/router/src/b/two.ts', `export * from '../three.ts';\n`);
      write('apps/router/src/three.ts', '');
      write('apps/router/src/main.ts', `export * from './a/deep/one.ts';\n`);
      write('apps/router/src/a/four.ts', '');
      write('apps/router/src/b/two.spec.ts', `import '../a/four.ts';\n`);
      expect(faults()).toEqual([]);
      write('apps/router/src/b/five.ts', `export * from '../a/four.ts';\n`);
      const [a, b] = ['apps/router/src/a', 'apps/router/src/b'];
      expect(faults()).toEqual([`folders import each other in a circle: ${a} → ${b} → ${a}`]);
    });

    test('libraries that import each other by their names', () => {
      project('libs/postgres', 'postgres', ['layer:postgres']);
      const entry = JSON.stringify({ exports: { '.': './src/index.ts' } });
      for (const name of ['contracts', 'postgres']) write(`libs/${name}/package.json`, entry);
      write('libs/contracts/src/index.ts', `export * from '@switchboard/postgres';\n`);
      write('libs/postgres/src/index.ts', `export * from '@switchboard/contracts';\n`);
      expect(houseFaults(tree, layers, names)).toEqual([
        expect.stringContaining('only from layers below'),
        expect.stringContaining(
          'files import each other in a circle: libs/contracts/src/index.ts → libs/postgres',
        ),
        'folders import each other in a circle: libs/contracts → libs/postgres → libs/contracts',
      ]);
    });

    test('testing outside a spec, and not in one', () => {
      project('libs/testing', 'testing', ['layer:testing']);
      write('apps/router/src/a.spec.ts', `import { suite } from '@switchboard/testing';\n`);
      expect(houseFaults(tree, layers, names)).toEqual([]);
      write('apps/router/src/a.ts', `import { suite } from '@switchboard/testing';\n`);
      expect(houseFaults(tree, layers, names)).toEqual([expect.stringContaining('only specs may')]);
    });

    test('a sink that is run and not put to the suite, whichever of several it is', () => {
      project('libs/delivery', 'delivery', ['layer:delivery']);
      project('apps/sink-desk', 'sink-desk', ['layer:sink-app']);
      const faults = () => houseFaults(tree, layers, names);
      const untested = (sink: string) =>
        `sink-desk: runs ${sink}, and no spec of it calls testSink(${sink}, …)`;
      expect(faults()).toEqual(['sink-desk: runs no sink']);
      write(
        'apps/sink-desk/src/main.ts',
        `import { run } from '@switchboard/delivery';\n\nrun(desk, board);\n`,
      );
      expect(faults()).toEqual([untested('desk'), untested('board')]);
      write('apps/sink-desk/src/desk.spec.ts', '// testSink(board, {})\ntestSink(desk, {});\n');
      expect(faults()).toEqual([untested('board')]);
      write('apps/sink-desk/src/test-board.ts', 'testSink(board, {});\n');
      write('apps/sink-desk/src/board.spec.ts', 'testSink(\n  boarding, {});\n');
      expect(faults()).toEqual([untested('board')]);
      write('apps/sink-desk/src/board.spec.ts', 'testSink(\n  board,\n  {},\n);\n');
      expect(faults()).toEqual([]);
      write('apps/sink-desk/src/main.ts', 'run(...[desk, board]);\n');
      expect(faults()).toEqual([untested('...[desk'), untested('board]')]);
    });

    test('no literal in a spec or the sandbox', () => {
      project('apps/sandbox', 'sandbox', ['layer:app']);
      write('apps/sandbox/src/a.ts', `const t = 'lead.qualified';\n`);
      write('apps/router/src/a.spec.ts', `const t = 'sales-leads';\n`);
      expect(houseFaults(tree, layers, names)).toEqual([]);
    });
  });
});
