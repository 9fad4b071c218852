// Reads the banking77 data set (PolyAI, CC BY 4.0), which is not in the repository: 10,003 customer questions by intent. A map
// assigns the 77 intents to our categories.
import { accessSync, constants, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { CATEGORIES, type Category } from '@switchboard/contracts';
import { parse } from 'csv-parse/sync';
import { UsageError } from './command-line.ts';

export interface Question {
  readonly text: string;
  readonly intent: string;
  readonly category: Category;
}

const URL =
  'https://raw.githubusercontent.com/PolyAI-LDN/task-specific-datasets/master/banking_data/train.csv';

/** How a user gets the file and names it. */
export const howToProvide = `download ${URL} and name the file with --banking77 FILE or BANKING77_CSV`;

const map: Partial<Record<Category, string[]>> = JSON.parse(
  readFileSync(join(import.meta.dirname, 'banking77-map.json'), 'utf8'),
);

/** Our category by intent. */
export const categoryOf: ReadonlyMap<string, Category> = new Map(
  CATEGORIES.flatMap((category) => (map[category] ?? []).map((intent) => [intent, category] as const)),
);

/** The file named by `option`, else by the environment; undefined when neither does. Throws UsageError if it is unreadable. */
export function banking77File(option: string | undefined, env: NodeJS.ProcessEnv): string | undefined {
  const [name, file] =
    option === undefined ? ['BANKING77_CSV', env['BANKING77_CSV'] || undefined] : ['--banking77', option];
  if (file === undefined) return undefined;
  try {
    accessSync(file, constants.R_OK);
  } catch (cause) {
    throw new UsageError(`${name} ${file}: the file cannot be read; ${howToProvide}`, { cause });
  }
  if (statSync(file).isDirectory()) throw new UsageError(`${name} ${file}: that is a folder; name a file`);
  return file;
}

/** The questions in `file`. Throws an Error if there are none, or if an intent is unknown. */
export function readBanking77(file: string): Question[] {
  const all: string[][] = parse(readFileSync(file, 'utf8'), {
    relax_column_count: true,
    skip_empty_lines: true,
  });
  const rows = all.slice(1).filter((row) => row.length > 1);
  if (rows.length === 0) throw new Error(`${file}: there are no questions in it; ${howToProvide}`);
  return rows.map(([text = '', intent = '']) => {
    const category = categoryOf.get(intent);
    if (category === undefined) throw new Error(`${file}: intent ${intent} is not in banking77-map.json`);
    return { text, intent, category };
  });
}
