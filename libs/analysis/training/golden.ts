// Reads the golden set: messages and conversations that are never used for training. Each was labelled twice by the rules in
// golden/GUIDE.md. labels.tsv has the final labels, which do not change.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CATEGORIES, SENTIMENTS, URGENCIES } from '@switchboard/contracts';
import { type Message, messagesOf } from '../src/index.ts';

/** What is labelled, with the possible labels. */
export const FACETS = { sentiment: SENTIMENTS, urgency: URGENCIES, category: CATEGORIES } as const;
export type Facet = keyof typeof FACETS;
export const facets: readonly Facet[] = ['sentiment', 'urgency', 'category'];

export type Labels = Readonly<Record<Facet, string>>;

export interface GoldenItem {
  readonly id: string;
  readonly kind: 'message' | 'conversation';
  readonly messages: readonly Message[];
  readonly labels: Labels;
  /** The labels of each of the two passes. */
  readonly passes: readonly [Labels, Labels];
}

const HEADER = ['id', 'category', 'urgency', 'sentiment'];

/** The golden set in `folder`, by default the repository's. Throws an Error that names file and line. */
export function readGolden(folder = join(import.meta.dirname, 'golden')): GoldenItem[] {
  const labels = readLabels(folder, 'labels.tsv');
  const passA = readLabels(folder, 'pass-a.tsv');
  const passB = readLabels(folder, 'pass-b.tsv');
  const item = (kind: GoldenItem['kind'], id: string, messages: readonly Message[]): GoldenItem => {
    const of = (file: string, those: ReadonlyMap<string, Labels>) => {
      const found = those.get(id);
      if (found === undefined) throw new Error(`${file}: ${id} has no labels`);
      return found;
    };
    return {
      id,
      kind,
      messages,
      labels: of('labels.tsv', labels),
      passes: [of('pass-a.tsv', passA), of('pass-b.tsv', passB)],
    };
  };
  return [
    ...readLines<{ id: string; text: string }>(folder, 'messages.jsonl').map(({ id, text }) =>
      item('message', id, [{ text, customer: true }]),
    ),
    ...readLines<{ id: string; messages: unknown[] }>(folder, 'conversations.jsonl').map(({ id, messages }) =>
      item('conversation', id, messagesOf({ messages })),
    ),
  ];
}

function readLines<Line>(folder: string, file: string): Line[] {
  return linesOf(folder, file).map((line) => JSON.parse(line) as Line);
}

function readLabels(folder: string, file: string): Map<string, Labels> {
  const [header, ...lines] = linesOf(folder, file);
  if (header !== HEADER.join('\t'))
    throw new Error(`${file}:1: the header must be ${HEADER.join(', ')}, separated by tabs`);
  return new Map(
    lines.map((line, index) => {
      const [id = '', category = '', urgency = '', sentiment = ''] = line.split('\t');
      const labels: Labels = { category, urgency, sentiment };
      for (const facet of facets) {
        if (FACETS[facet].some((name) => name === labels[facet])) continue;
        throw new Error(`${file}:${index + 2}: ${labels[facet]} is not a label of ${facet}`);
      }
      return [id, labels];
    }),
  );
}

function linesOf(folder: string, file: string): string[] {
  return readFileSync(join(folder, file), 'utf8').trimEnd().split('\n');
}
