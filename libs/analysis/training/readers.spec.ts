// The files that the evaluation reads: an error names file and line, and nothing is scored then.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readBanking77 } from './banking77.ts';
import { groupsOf } from './cross-validation.ts';
import { readGolden } from './golden.ts';
import { trainingTexts } from './training-texts.ts';

const HEADER = 'id\tcategory\turgency\tsentiment';

describe('in a folder of its own', () => {
  let folder: string;
  const write = (name: string, ...lines: string[]) =>
    writeFileSync(join(folder, name), `${lines.join('\n')}\n`);

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'eval-'));
    write('messages.jsonl', '{"id":"m1","text":"Hello"}');
    write(
      'conversations.jsonl',
      '{"id":"c1","messages":[{"from":"customer","text":"Hi"},{"from":"agent","text":"Yes?"}]}',
    );
    for (const name of ['labels.tsv', 'pass-a.tsv', 'pass-b.tsv']) {
      write(name, HEADER, 'm1\tgeneral\tlow\tneutral', 'c1\tgeneral\tlow\tpositive');
    }
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  test('the golden set', () => {
    expect(readGolden(folder)).toMatchObject([
      {
        id: 'm1',
        kind: 'message',
        labels: { sentiment: 'neutral' },
        messages: [{ text: 'Hello', customer: true }],
      },
      {
        id: 'c1',
        kind: 'conversation',
        labels: { sentiment: 'positive' },
        messages: [
          { text: 'Hi', customer: true },
          { text: 'Yes?', customer: false },
        ],
      },
    ]);
  });

  test.each([
    ['another header', ['id\tcategory'], 'labels.tsv:1'],
    [
      'an unknown label',
      [HEADER, 'm1\tgeneral\tsoon\tneutral'],
      'labels.tsv:2: soon is not a label of urgency',
    ],
    ['no labels', [HEADER, 'c1\tgeneral\tlow\tneutral'], 'labels.tsv: m1 has no labels'],
  ])('golden labels with %s', (_what, lines, message) => {
    write('labels.tsv', ...lines);
    expect(() => readGolden(folder)).toThrow(message);
  });

  test('banking77, with quotes and line ends in texts', () => {
    write('train.csv', 'text,category', 'Where is it?,card_arrival', '"Say ""no"", or\nelse",request_refund');
    expect(readBanking77(join(folder, 'train.csv'))).toEqual([
      { text: 'Where is it?', intent: 'card_arrival', category: 'orders' },
      { text: 'Say "no", or\nelse', intent: 'request_refund', category: 'refunds' },
    ]);
  });

  test.each([
    ['nothing', []],
    ['only a header', ['text,category']],
    ['an error page', ['404: Not Found']],
  ])('banking77 with %s', (_what, lines) => {
    write('train.csv', ...lines);
    expect(() => readBanking77(join(folder, 'train.csv'))).toThrow('train.csv: there are no questions');
  });

  test('banking77 with an intent that the map does not have', () => {
    write('train.csv', 'text,category', 'Where is it?,made_up');
    expect(() => readBanking77(join(folder, 'train.csv'))).toThrow('intent made_up');
  });
});

test('there are at least eight groups, and none is too large', () => {
  const of = (...categories: Parameters<typeof groupsOf>[0][number]['category'][]) =>
    categories.map((category) => ({ text: '', intent: '', category }));
  expect(() => groupsOf(of('billing', 'orders'))).toThrow('2 groups');
  const eight = of('billing', 'payments', 'refunds', 'account', 'access', 'security', 'orders', 'sales');
  expect(groupsOf(eight)).toHaveLength(8);
  expect(() => groupsOf([...eight, ...of('sales', 'sales')])).toThrow('sales');
});

test('our own texts contain every category, urgency and sentiment', () => {
  const texts = trainingTexts();
  expect(texts.length).toBeGreaterThanOrEqual(2_000);
  expect(new Set(texts.map(({ category }) => category)).size).toBe(14);
  expect(new Set(texts.map(({ urgency }) => urgency)).size).toBe(4);
  expect(new Set(texts.map(({ sentiment }) => sentiment)).size).toBe(3);
});
