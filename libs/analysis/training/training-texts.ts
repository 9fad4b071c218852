// Reads our own training texts. A line is category, urgency, sentiment and text, separated by tabs.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  CATEGORIES,
  type Category,
  SENTIMENTS,
  type Sentiment,
  URGENCIES,
  type Urgency,
} from '@switchboard/contracts';

export interface LabelledText {
  readonly category: Category;
  readonly urgency: Urgency;
  readonly sentiment: Sentiment;
  readonly text: string;
}

const folder = join(import.meta.dirname, 'texts');

/** All texts in libs/analysis/training/texts, by file and line. Throws an Error that names the wrong line. */
export function trainingTexts(): LabelledText[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.tsv'))
    .sort()
    .flatMap((name) =>
      readFileSync(join(folder, name), 'utf8')
        .trimEnd()
        .split('\n')
        .map((line, index) => labelledText(line, `${name}:${index + 1}`)),
    );
}

function labelledText(line: string, where: string): LabelledText {
  const [category, urgency, sentiment, text, ...more] = line.split('\t');
  if (!text || more.length > 0)
    throw new Error(`${where}: a line must be category, urgency, sentiment and text`);
  return {
    category: one(CATEGORIES, category, where),
    urgency: one(URGENCIES, urgency, where),
    sentiment: one(SENTIMENTS, sentiment, where),
    text,
  };
}

function one<Name extends string>(names: readonly Name[], name: string | undefined, where: string): Name {
  const known = names.find((one) => one === name);
  if (known === undefined) throw new Error(`${where}: ${name} is not one of ${names.join(', ')}`);
  return known;
}
