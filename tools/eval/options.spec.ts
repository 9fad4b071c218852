import { join } from 'node:path';
import { readOptions } from './options.ts';
import { readTrainOptions } from './train-options.ts';

test('nothing is asked for: everything is scored, the file of banking77 is that of the environment', () => {
  expect(readOptions([], { BANKING77_CSV: 'b.csv' })).toEqual({
    help: false,
    quick: false,
    accept: false,
    json: undefined,
    banking77: 'b.csv',
  });
  expect(readTrainOptions([], { BANKING77_CSV: 'b.csv' })).toEqual({ help: false, banking77: 'b.csv' });
});

test('what is named counts before the environment', () => {
  const json = join(import.meta.dirname, 'made-up.json');
  const args = ['--banking77', 'a.csv', '--quick', '--accept', '--json', json];
  expect(readOptions(args, { BANKING77_CSV: 'b.csv' })).toEqual({
    help: false,
    quick: true,
    accept: true,
    json,
    banking77: 'a.csv',
  });
  expect(readTrainOptions(['--banking77', 'a.csv'], { BANKING77_CSV: 'b.csv' }).banking77).toBe('a.csv');
});

test.each([[['--fast']], [['more']], [['--json']], [['--json', '/no/such/folder/x.json']]])(
  '%j is no use',
  (args) => {
    expect(() => readOptions(args, {})).toThrow(expect.objectContaining({ code: 'USAGE' }));
  },
);

test('a trainer is told nothing else', () => {
  expect(() => readTrainOptions(['--quick'], {})).toThrow(expect.objectContaining({ code: 'USAGE' }));
});
