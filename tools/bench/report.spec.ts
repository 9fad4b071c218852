// What the figures look like to people and to machines, and how they are judged.
import { alone, atLeast, atMost, compared, ratioAtLeast } from './figures.ts';
import { table, toJson } from './report.ts';

const pairs = [
  { ours: 50, reference: 100 },
  { ours: 52, reference: 100 },
  { ours: 49, reference: 70 },
];
const metric = { bench: 'router', metric: 'one replica, another', unit: 'events/s' };

test('a figure in the JSON file', () => {
  expect(toJson(compared({ ...metric, target: ratioAtLeast(0.5) }, pairs))).toEqual({
    bench: 'router',
    metric: 'one replica, another',
    value: 50,
    unit: 'events/s',
    reference: 100,
    ratio: 0.52,
    target: '>= 0.5x',
    pass: true,
    spread: { value: [49, 52], reference: [70, 100], ratio: [0.5, 0.7] },
  });
  expect(toJson(alone(metric, [3]))).toMatchObject({
    reference: null,
    ratio: null,
    target: null,
    pass: null,
  });
});

test.each([
  ['a ratio that is enough', compared({ ...metric, target: ratioAtLeast(0.52) }, pairs), true],
  ['a ratio that is not', compared({ ...metric, target: ratioAtLeast(0.53) }, pairs), false],
  ['a value that is enough, whatever the ratio', compared({ ...metric, target: atLeast(50) }, pairs), true],
  ['a value that is too much', alone({ ...metric, target: atMost(0) }, [1]), false],
  ['no target', compared(metric, pairs), null],
])('judges %s', (_what, figure, pass) => {
  expect(figure.pass).toBe(pass);
});

test('a ratio without a reference cannot be judged', () => {
  expect(() => alone({ ...metric, target: ratioAtLeast(1) }, [1])).toThrow('there is no reference');
});

test('the table is aligned and says what was missed', () => {
  const figures = [
    compared({ ...metric, target: ratioAtLeast(0.6) }, pairs),
    alone({ bench: 'ingest', metric: 'other answers', unit: 'requests', target: atMost(0) }, [0]),
  ];
  expect(`\n${table(figures)}\n`).toBe(`
bench   metric, reference                      value        reference               ratio   target  pass
router  one replica, another  50 (49 to 52) events/s  100 (70 to 100)  0.52x (0.5 to 0.7)  >= 0.6x  NO
ingest  other answers                     0 requests                                          <= 0  yes
`);
});
