import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readOptions } from './options.ts';
import { readTrainOptions } from './train-options.ts';

let folder: string;
let a: string;
let b: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'eval-'));
  [a, b] = [join(folder, 'a.csv'), join(folder, 'b.csv')];
  for (const file of [a, b]) writeFileSync(file, '');
});
afterAll(() => rmSync(folder, { recursive: true }));

const usage = (text: string) =>
  expect.objectContaining({ code: 'USAGE', message: expect.stringContaining(text) });

test('nothing is asked for: everything is scored, the file of banking77 is that of the environment', () => {
  expect(readOptions([], { BANKING77_CSV: b })).toEqual({
    help: false,
    quick: false,
    accept: false,
    json: undefined,
    banking77: b,
  });
  expect(readOptions([], { BANKING77_CSV: '' }).banking77).toBeUndefined();
  expect(readTrainOptions([], { BANKING77_CSV: b })).toEqual({ help: false, banking77: b });
});

test('what is named counts before the environment', () => {
  const json = join(folder, 'made-up.json');
  const args = ['--banking77', a, '--quick', '--accept', '--json', json];
  expect(readOptions(args, { BANKING77_CSV: b })).toEqual({
    help: false,
    quick: true,
    accept: true,
    json,
    banking77: a,
  });
  expect(readTrainOptions(['--banking77', a], { BANKING77_CSV: b }).banking77).toBe(a);
});

test.each([[['--fast']], [['more']], [['--json']], [['--json', '/no/such/folder/x.json']]])(
  '%j is no use',
  (args) => {
    expect(() => readOptions(args, {})).toThrow(usage(''));
  },
);

describe.each([
  ['the evaluation', readOptions],
  ['the trainer', readTrainOptions],
])('%s', (_who, read) => {
  test('needs a file of banking77 that is named', () => {
    const gone = join(folder, 'gone.csv');
    expect(() => read(['--banking77', gone], { BANKING77_CSV: b })).toThrow(
      usage(`--banking77 ${gone}: there`),
    );
    expect(() => read([], { BANKING77_CSV: gone })).toThrow(usage(`BANKING77_CSV ${gone}: there`));
    expect(() => read(['--banking77', folder], {})).toThrow(usage('that is a folder'));
    expect(() => read(['--banking77', ''], {})).toThrow(usage('--banking77 : there'));
  });

  test('tells help whatever else is wrong', () => {
    expect(read(['--help'], { BANKING77_CSV: join(folder, 'gone.csv') }).help).toBe(true);
  });
});

describe('a trainer', () => {
  test('learns without banking77 when it is told to, and not else', () => {
    expect(() => readTrainOptions([], {})).toThrow(usage('--without-banking77'));
    expect(readTrainOptions(['--without-banking77'], {}).banking77).toBeUndefined();
    expect(readTrainOptions(['--without-banking77'], { BANKING77_CSV: b }).banking77).toBeUndefined();
  });

  test('is not told both', () => {
    expect(() => readTrainOptions(['--without-banking77', '--banking77', a], {})).toThrow(
      usage('one of them'),
    );
  });

  test('is told nothing else', () => {
    expect(() => readTrainOptions(['--quick'], {})).toThrow(usage('--quick'));
  });
});
