import { CsvError, parseCsv } from './csv.ts';

it.each<[string, string, string[][]]>([
  [
    'plain rows',
    'a,b\n1,2\n',
    [
      ['a', 'b'],
      ['1', '2'],
    ],
  ],
  [
    'no line end at the end',
    'a,b\n1,2',
    [
      ['a', 'b'],
      ['1', '2'],
    ],
  ],
  [
    'Windows line ends and a byte order mark',
    '\uFEFFa,b\r\n1,2\r\n',
    [
      ['a', 'b'],
      ['1', '2'],
    ],
  ],
  [
    'quoted commas, breaks and quotes',
    '"a, b","two\nlines","say ""pending"""\nx,y,z',
    [
      ['a, b', 'two\nlines', 'say "pending"'],
      ['x', 'y', 'z'],
    ],
  ],
  [
    'empty fields',
    ',\n"",x\n,',
    [
      ['', ''],
      ['', 'x'],
      ['', ''],
    ],
  ],
  ['empty lines', 'a\n\nb\n', [['a'], ['b']]],
  ['nothing', '', []],
])('reads %s', (_name, text, rows) => {
  expect(parseCsv(text)).toEqual(rows);
});

it.each([
  ['a quote that is never closed', 'a\n"b', /row 2/],
  ['a quote inside a plain field', 'a\nb"c"\n', /row 2/],
  ['text after a quoted field', '"a"b,c', /row 1/],
])('refuses %s', (_name, text, place) => {
  expect(() => parseCsv(text)).toThrow(CsvError);
  expect(() => parseCsv(text)).toThrow(place);
});
