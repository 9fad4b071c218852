// Formats weights as the source text of a module, in the format of the repository.
import type { StoredHead, StoredWeights } from '../src/training.ts';

const HEAD = `// Made by \`npm run train\`, not by hand. Learned from libs/analysis/training/texts and from banking77 (PolyAI, CC BY 4.0);
// docs/local-analysis.md says how, and how good it is.
`;

/** The text of libs/analysis/src/classifier/weights.ts. */
export function moduleOf({ signs, category, urgency, sentiment }: StoredWeights): string {
  const heads = Object.entries({ category, urgency, sentiment }).map(([name, head]) => headOf(name, head));
  return `${HEAD}export const weights = {\n${field('signs', signs, '  ')}${heads.join('')}};\n`;
}

function headOf(name: string, { scale, bias, signs, grams, weights }: StoredHead): string {
  const fields = Object.entries({ bias, signs, grams, weights }).map(([field_, value]) =>
    field(field_, value, '    '),
  );
  return `  ${name}: {\n    scale: ${scale},\n${fields.join('')}  },\n`;
}

const LINE = 110;

function field(name: string, value: string, indent: string): string {
  const line = `${indent}${name}: '${value}',`;
  return line.length <= LINE ? `${line}\n` : `${indent}${name}:\n${indent}  '${value}',\n`;
}
