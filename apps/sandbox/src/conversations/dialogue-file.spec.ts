import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DialogueFileError, parseDialogues, readDialogues } from './dialogue-file.ts';

const full = {
  id: 'd-1',
  topic: 'returns',
  customer: { name: 'Ana Tamm', email: 'ana@x.test' },
  turns: [
    { sender: 'customer', text: 'Hello' },
    { sender: 'ai', text: 'Hi' },
    { sender: 'agent', text: 'Mari here' },
  ],
  escalate: true,
  qualify: 80,
};

it('reads dialogues and questions, byte order mark, empty lines and Windows line ends included', () => {
  const content = `\uFEFF${JSON.stringify(full)}\r\n\n{"question":" Where is my card? ","topic":"card arrival"}\n`;
  expect(parseDialogues(content, 'f.jsonl')).toEqual([
    full,
    { topic: 'card arrival', turns: [{ sender: 'customer', text: 'Where is my card?' }] },
  ]);
});

it('takes a number as id', () => {
  expect(parseDialogues('{"id":3592,"question":"Why?"}', 'f.jsonl')[0]?.id).toBe('3592');
});

const wrong = (change: object) => JSON.stringify({ ...full, ...change });
it.each([
  ['what is not JSON', '{"turns": [', /f\.jsonl:2 is not JSON/],
  ['a line without turns', '{"topic":"x"}', /f\.jsonl:2, "question": .*"turns" or "question"/],
  ['no turns', wrong({ turns: [] }), /f\.jsonl:2, "turns":/],
  ['an unknown sender', wrong({ turns: [{ sender: 'bot', text: 'x' }] }), /f\.jsonl:2, "turns\.0\.sender":/],
  ['an empty text', wrong({ turns: [{ sender: 'ai', text: ' ' }] }), /f\.jsonl:2, "turns\.0\.text":/],
  ['a score above 100', wrong({ qualify: 101 }), /f\.jsonl:2, "qualify":/],
  ['an invalid address', wrong({ customer: { email: 'ana' } }), /f\.jsonl:2, "customer\.email":/],
  ['an unknown field', wrong({ escalated: true }), /f\.jsonl:2, the line: .*escalated/],
  ['a list', '[]', /f\.jsonl:2, the line:/],
])('names the line and the path of %s', (_name, line, message) => {
  const parse = () => parseDialogues(`{"question":"fine"}\n${line}\n`, 'f.jsonl');
  expect(parse).toThrow(DialogueFileError);
  expect(parse).toThrow(message);
});

describe('files', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'dialogues-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('names a missing file, and one without dialogues', async () => {
    await expect(readDialogues(join(folder, 'none.jsonl'))).rejects.toThrow(/none\.jsonl cannot be read/);
    await writeFile(join(folder, 'empty.jsonl'), '\n\n');
    await expect(readDialogues(join(folder, 'empty.jsonl'))).rejects.toThrow(/empty\.jsonl has no dialogue/);
  });
});
