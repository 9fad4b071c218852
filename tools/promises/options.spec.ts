import { UsageError } from '../command-line/arguments.mjs';
import { help, readOptions } from './options.ts';

test('searches for a minute with a seed of its own unless told otherwise', () => {
  expect(readOptions([])).toMatchObject({ help: false, bugs: false, minutes: 1, keepLarge: false });
  expect(readOptions(['bugs', '--minutes', '60', '--seed', '7'])).toMatchObject({
    bugs: true,
    minutes: 60,
    seed: 7,
  });
});

test.each([
  [['nothing']],
  [['bugs', 'more']],
  [['--minutes', '0']],
  [['--minutes', 'x']],
  [['--seed', '']],
  [['--what']],
  [['bugs', '--plan', 'plan.json']],
])('%j is refused', (args) => {
  expect(() => readOptions(args)).toThrow(UsageError);
});

test('help names every option that people need', () => {
  for (const option of ['bugs', '--minutes', '--seed', '--plan']) expect(help).toContain(option);
});
