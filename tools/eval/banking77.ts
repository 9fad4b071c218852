// The banking77 data set (PolyAI, CC BY 4.0), which is not in the repository: 10,003 customer questions by intent, and
// the map that makes groups of the 77 intents.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CATEGORIES, type Category } from '@switchboard/contracts';
import { root } from '../rig/root.mjs';

export interface Question {
  readonly text: string;
  readonly intent: string;
  readonly category: Category;
}

const URL =
  'https://raw.githubusercontent.com/PolyAI-LDN/task-specific-datasets/master/banking_data/train.csv';

/** What to do where the file is not there. */
export const absent = `banking77 is not there and left out: fetch ${URL} and give it with --banking77 FILE or BANKING77_CSV`;

const map: Partial<Record<Category, string[]>> = JSON.parse(
  readFileSync(join(root, 'tools/eval/banking77-map.json'), 'utf8'),
);

/** Category by intent. */
export const categoryOf: ReadonlyMap<string, Category> = new Map(
  CATEGORIES.flatMap((category) => (map[category] ?? []).map((intent) => [intent, category] as const)),
);

/** The questions in `file`; undefined when it is not named or not there. Throws an Error for an unknown intent. */
export function readBanking77(file: string | undefined): Question[] | undefined {
  if (file === undefined || !existsSync(file)) return undefined;
  const [, ...rows] = parseCsv(readFileSync(file, 'utf8'));
  return rows.map(([text = '', intent = '']) => {
    const category = categoryOf.get(intent);
    if (category === undefined) throw new Error(`${file}: intent ${intent} is not in banking77-map.json`);
    return { text, intent, category };
  });
}

/** Rows of a CSV text (RFC 4180). */
function parseCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/g)) {
    row.push(quoted === undefined ? (plain ?? '') : quoted.replaceAll('""', '"'));
    if (end === ',') continue;
    if (row.length > 1) rows.push(row);
    row = [];
  }
  return rows;
}
