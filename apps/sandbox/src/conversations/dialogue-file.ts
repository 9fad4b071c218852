// Reads the JSON Lines of `--dialogues`. An error names the line and the path in it.
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { type Dialogue, senders } from './dialogue.ts';

const text = z.string().trim().min(1).max(20_000);
const described = {
  id: z
    .union([z.string().min(1).max(100), z.number().int()])
    .transform(String)
    .optional(),
  topic: z.string().trim().min(1).max(100).optional(),
  customer: z.strictObject({ name: z.string().min(1).optional(), email: z.email().optional() }).optional(),
  escalate: z.boolean().optional(),
  qualify: z.union([z.number().min(0).max(100), z.literal(false)]).optional(),
};
const withTurns = z.strictObject({
  ...described,
  turns: z
    .array(z.strictObject({ sender: z.enum(senders), text }))
    .min(1)
    .max(1000),
});
const withQuestion = z.strictObject({ ...described, question: text }).transform(({ question, ...rest }) => ({
  ...rest,
  turns: [{ sender: 'customer' as const, text: question }],
}));

/** The dialogue file is missing or invalid. */
export class DialogueFileError extends Error {
  readonly code = 'DIALOGUES_INVALID';
}

/** Reads a file. Empty lines are allowed. Throws DialogueFileError, also for a file without dialogues. */
export async function readDialogues(file: string): Promise<Dialogue[]> {
  let content: string;
  try {
    content = await readFile(file, 'utf8');
  } catch (error) {
    throw new DialogueFileError(`reading dialogues: ${file} cannot be read; check the path`, {
      cause: error,
    });
  }
  const dialogues = parseDialogues(content, file);
  if (dialogues.length === 0) throw new DialogueFileError(`reading dialogues: ${file} has no dialogue`);
  return dialogues;
}

/** Parses the content of a file; `file` is for messages only. */
export function parseDialogues(content: string, file: string): Dialogue[] {
  return content
    .replace(/^\uFEFF/, '')
    .split('\n')
    .flatMap((line, at) => (line.trim() === '' ? [] : [parseLine(line, `${file}:${at + 1}`)]));
}

function parseLine(line: string, place: string): Dialogue {
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch (error) {
    throw new DialogueFileError(`reading dialogues: ${place} is not JSON; write one JSON object per line`, {
      cause: error,
    });
  }
  const hasTurns = typeof json === 'object' && json !== null && 'turns' in json;
  const result = hasTurns ? withTurns.safeParse(json) : withQuestion.safeParse(json);
  if (result.success) return result.data as Dialogue;
  const issue = result.error.issues[0];
  const path = issue?.path.length ? `"${issue.path.join('.')}"` : 'the line';
  const hint = hasTurns ? '' : ' (a line needs "turns" or "question")';
  throw new DialogueFileError(
    `reading dialogues: ${place}, ${path}: ${issue?.message ?? 'is not a dialogue'}${hint}`,
  );
}
