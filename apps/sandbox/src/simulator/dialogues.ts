// `dialogues`: converts two public data sets (ABCD dialogues, single questions) into JSON Lines for the simulator.
import { readFile, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { type Command, UsageError } from '../command-line.ts';
import type { Dialogue, Turn } from '../conversations/dialogue.ts';
import { parseDialogues } from '../conversations/dialogue-file.ts';
import { CsvError, parseCsv } from './csv.ts';

const abcdDialogue = z.object({
  convo_id: z.union([z.number(), z.string()]),
  scenario: z
    .object({
      personal: z.object({ customer_name: z.string().optional(), email: z.string().optional() }).optional(),
      subflow: z.string().optional(),
    })
    .optional(),
  original: z.array(z.tuple([z.enum(['agent', 'customer', 'action']), z.string()])),
});
/** A list of dialogues, or the published file's object of three lists (train, dev, test). */
const abcdFile = z.union([z.array(abcdDialogue), z.record(z.string(), z.array(abcdDialogue))]);

type Line = Dialogue | { id: string; topic?: string; question: string };

/** A source file is missing, or not in the format of its option. */
export class ConversionError extends Error {
  readonly code = 'SOURCE_INVALID';
}

export const dialogues: Command = {
  name: 'dialogues',
  about: 'make a dialogue file for simulate from public data sets',
  options: {
    abcd: {
      value: 'FILE.json',
      about: 'dialogues in the format of ABCD (Action-Based Conversations Dataset)',
    },
    questions: { value: 'FILE.csv', about: 'single questions, columns text and category, as in BANKING77' },
    out: { value: 'FILE.jsonl', about: 'file to write', required: true },
  },
  notes: ['Give --abcd, --questions, or both. See docs/simulator.md.'],
  async run(values, { err }) {
    const { abcd, questions, out = '' } = values;
    if (!abcd && !questions)
      throw new UsageError('one of --abcd FILE.json and --questions FILE.csv is required');
    const lines = [
      ...(abcd ? fromAbcd(await read(abcd), abcd) : []),
      ...(questions ? fromQuestions(await read(questions), questions) : []),
    ];
    const content = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
    parseDialogues(content, out);
    await writeFile(out, content);
    err.write(`${lines.length} dialogues written to ${out}\n`);
    return 0;
  },
};

/** Dialogues of ABCD. Its agent becomes the assistant; its system actions are left out. */
export function fromAbcd(text: string, file: string): Line[] {
  const parsed = abcdFile.safeParse(json(text, file));
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new ConversionError(
      `reading ${file}: ${issue?.path.join('.') || 'the file'} is not in the format of ABCD: ${issue?.message}`,
    );
  }
  const all = Array.isArray(parsed.data) ? parsed.data : Object.values(parsed.data).flat();
  return all.flatMap((source) => {
    const turns = source.original.flatMap(([speaker, said]): Turn[] =>
      speaker === 'action' || said.trim() === ''
        ? []
        : [{ sender: speaker === 'agent' ? 'ai' : 'customer', text: said.trim() }],
    );
    if (turns.length === 0) return [];
    const { subflow, personal } = source.scenario ?? {};
    return [{ id: `abcd-${source.convo_id}`, ...topicOf(subflow), ...customerOf(personal), turns }];
  });
}

/** Questions of a CSV file with the column `text`, and optionally `category`. */
export function fromQuestions(text: string, file: string): Line[] {
  let rows: string[][];
  try {
    rows = parseCsv(text);
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw new ConversionError(`${error.message} (${file})`, { cause: error });
  }
  const [head = [], ...rest] = rows;
  const textAt = head.indexOf('text');
  const categoryAt = head.indexOf('category');
  if (textAt < 0) throw new ConversionError(`reading ${file}: the first row must name a column "text"`);
  return rest.flatMap((row, at) => {
    const question = row[textAt]?.trim();
    return question ? [{ id: `question-${at + 1}`, ...topicOf(row[categoryAt]), question }] : [];
  });
}

function topicOf(label: string | undefined): { topic?: string } {
  const topic = label?.replaceAll('_', ' ').trim();
  return topic ? { topic } : {};
}

/** Keeps only the local part of an address, so that no mail can reach the owner of the domain. */
function customerOf(
  personal: { customer_name?: string | undefined; email?: string | undefined } | undefined,
): { customer?: NonNullable<Dialogue['customer']> } {
  const name = personal?.customer_name?.replace(/(^|\s)\p{Ll}/gu, (letter) => letter.toUpperCase());
  const local = personal?.email?.split('@')[0]?.replace(/[^\w.+-]/g, '');
  if (!name || !local) return {};
  return { customer: { name, email: `${local}@example.com` } };
}

async function read(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new ConversionError(`reading ${file}: it cannot be read; check the path`, { cause: error });
  }
}

function json(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ConversionError(`reading ${file}: it is not JSON`, { cause: error });
  }
}
