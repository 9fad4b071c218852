import { inColumns, numbers } from './table.mjs';

test('columns are as wide as their widest cell, numbers stand to the right, and no line ends in blanks', () => {
  const rows = [
    ['name', 'count', ''],
    ['a', '1', 'x'],
    ['longer', '1,000'],
  ];
  expect(inColumns(rows)).toEqual(['name    count', 'a       1      x', 'longer  1,000']);
  expect(inColumns(rows, numbers)).toEqual(['name    count', 'a           1  x', 'longer  1,000']);
});
