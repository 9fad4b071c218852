import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { runCommand } from '../commands.ts';
import { readDialogues } from '../conversations/dialogue-file.ts';
import { ConversionError, fromAbcd, fromQuestions } from './dialogues.ts';

const source = {
  convo_id: 17,
  scenario: { personal: { customer_name: "mari o'brien", email: 'mari1@mail.test' }, subflow: 'return_size' },
  original: [
    ['agent', 'Hi! How can I help?'],
    ['customer', 'I got the wrong size.'],
    ['action', 'Account has been pulled up.'],
    ['customer', '  '],
    ['agent', 'I will send a label.'],
  ],
};

it('turns ABCD dialogues into turns, without the actions, with an address in a reserved domain', () => {
  expect(fromAbcd(JSON.stringify([source]), 'abcd.json')).toEqual([
    {
      id: 'abcd-17',
      topic: 'return size',
      customer: { name: "Mari O'brien", email: 'mari1@example.com' },
      turns: [
        { sender: 'ai', text: 'Hi! How can I help?' },
        { sender: 'customer', text: 'I got the wrong size.' },
        { sender: 'ai', text: 'I will send a label.' },
      ],
    },
  ]);
});

it('accepts the published file with its three parts too', () => {
  expect(fromAbcd(JSON.stringify({ train: [source], dev: [], test: [source] }), 'abcd.json')).toHaveLength(2);
});

it('turns each question of a CSV file into one line', () => {
  const csv = 'text,category\nWhere is it?,card_arrival\n"Why ""pending"", still?",pending_card_payment\n';
  expect(fromQuestions(csv, 'q.csv')).toEqual([
    { id: 'question-1', topic: 'card arrival', question: 'Where is it?' },
    { id: 'question-2', topic: 'pending card payment', question: 'Why "pending", still?' },
  ]);
});

it.each<[string, () => unknown, RegExp]>([
  ['a text that is not JSON', () => fromAbcd('[', 'abcd.json'), /abcd\.json: it is not JSON/],
  [
    'other JSON',
    () => fromAbcd('[{"convo_id":1,"original":[["robot","x"]]}]', 'abcd.json'),
    /abcd\.json: .*format of ABCD/,
  ],
  ['a CSV file without the column', () => fromQuestions('question\nWhy?', 'q.csv'), /q\.csv: .*"text"/],
  ['a broken CSV file', () => fromQuestions('text\n"Why', 'q.csv'), /row 2.*q\.csv/],
])('names the file with %s', (_name, convert, message) => {
  expect(convert).toThrow(ConversionError);
  expect(convert).toThrow(message);
});

it('writes a file that the simulator reads', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'convert-'));
  const [abcd, questions, out] = ['abcd.json', 'q.csv', 'out.jsonl'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  await writeFile(abcd, JSON.stringify([source]));
  await writeFile(questions, 'text,category\nWhere is it?,card_arrival\n');
  const err = new PassThrough();
  const code = await runCommand(['dialogues', '--abcd', abcd, '--questions', questions, '--out', out], {
    out: new PassThrough(),
    err,
  });
  expect([code, String(err.read())]).toEqual([0, `2 dialogues written to ${out}\n`]);
  expect((await readDialogues(out)).map(({ id }) => id)).toEqual(['abcd-17', 'question-1']);
  expect((await readFile(out, 'utf8')).endsWith('\n')).toBe(true);
  await rm(folder, { recursive: true });
});
