// The options of the evaluation and the trainer.
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

test('without options everything is scored, with the file of banking77 from the environment', () => {
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

test('options override the environment', () => {
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
  '%j is a usage error',
  (args) => {
    expect(() => readOptions(args, {})).toThrow(usage(''));
  },
);

describe.each([
  ['the evaluation', readOptions],
  ['the trainer', readTrainOptions],
])('%s', (_who, read) => {
  test('fails when the named file of banking77 cannot be read', () => {
    const gone = join(folder, 'gone.csv');
    expect(() => read(['--banking77', gone], { BANKING77_CSV: b })).toThrow(
      usage(`--banking77 ${gone}: the file`),
    );
    expect(() => read([], { BANKING77_CSV: gone })).toThrow(usage(`BANKING77_CSV ${gone}: the file`));
    expect(() => read(['--banking77', folder], {})).toThrow(usage('that is a folder'));
    expect(() => read(['--banking77', ''], {})).toThrow(usage('--banking77 : the file'));
  });

  test('accepts --help beside other errors', () => {
    expect(read(['--help'], { BANKING77_CSV: join(folder, 'gone.csv') }).help).toBe(true);
  });
});

describe('the trainer alone', () => {
  test('needs --without-banking77 to train without the file', () => {
    expect(() => readTrainOptions([], {})).toThrow(usage('--without-banking77'));
    expect(readTrainOptions(['--without-banking77'], {}).banking77).toBeUndefined();
    expect(readTrainOptions(['--without-banking77'], { BANKING77_CSV: b }).banking77).toBeUndefined();
  });

  test('refuses both options together', () => {
    expect(() => readTrainOptions(['--without-banking77', '--banking77', a], {})).toThrow(
      usage('one of them'),
    );
  });

  test('refuses other options', () => {
    expect(() => readTrainOptions(['--quick'], {})).toThrow(usage('--quick'));
  });
});
