// Trains a head and makes it small. It trains with every gram that occurs in two texts or more, keeps the grams with the largest
// weights, trains again with these alone, and stores each weight in one byte.
import { type Features, SIGNS, type StoredHead } from '../src/training.ts';
import { type Learning, learn, type Sample } from './softmax.ts';

/** A training text: its features, the number of its class, and its weight. */
export interface Example {
  readonly features: Features;
  readonly label: number;
  readonly weight: number;
}

/** The parameters for one head. */
export interface HeadTraining extends Learning {
  /** The number of grams to keep. */
  readonly keep: number;
}

/** A gram that occurs in fewer texts is left out. */
const MIN_TEXTS = 2;
const BYTE = 127;

/** Trains a head with `classes` classes. The same examples give the same bytes. */
export function trainHead(examples: readonly Example[], classes: number, how: HeadTraining): StoredHead {
  const texts = countGrams(examples);
  const all = [...texts.keys()].filter((gram) => (texts.get(gram) ?? 0) >= MIN_TEXTS);
  const first = learnOver(all, examples, classes, how);
  const importance = new Map(
    all.map((gram, index) => {
      const row = first.weights.subarray(
        (SIGNS.length + index) * classes,
        (SIGNS.length + index + 1) * classes,
      );
      return [gram, Math.max(...row.map(Math.abs)) * Math.sqrt(texts.get(gram) ?? 0)];
    }),
  );
  const kept = all
    .sort((a, b) => (importance.get(b) ?? 0) - (importance.get(a) ?? 0) || a - b)
    .slice(0, how.keep)
    .sort((a, b) => a - b);
  const { bias, weights } = learnOver(kept, examples, classes, how);
  const most = weights.reduce((largest, weight) => Math.max(largest, Math.abs(weight)), 0);
  const scale = most === 0 ? 1 : most / BYTE;
  const bytes = Int8Array.from(weights, (weight) => Math.round(weight / scale));
  return {
    scale,
    bias: base64(bias),
    signs: base64(bytes.slice(0, SIGNS.length * classes)),
    grams: base64(Uint32Array.from(kept)),
    weights: base64(bytes.slice(SIGNS.length * classes)),
  };
}

function countGrams(examples: readonly Example[]): Map<number, number> {
  const texts = new Map<number, number>();
  for (const { features } of examples) {
    for (const gram of features.grams) texts.set(gram, (texts.get(gram) ?? 0) + 1);
  }
  return texts;
}

/** The rows of the weights are the signs and then `grams`. */
function learnOver(
  grams: readonly number[],
  examples: readonly Example[],
  classes: number,
  how: HeadTraining,
) {
  const rows = new Map(grams.map((gram, index) => [gram, SIGNS.length + index]));
  const samples = examples.map(({ features, label, weight }): Sample => {
    const known = features.grams.map((gram) => rows.get(gram)).filter((row) => row !== undefined);
    return { features: Int32Array.from([...features.signs, ...known]), label, weight };
  });
  return learn(samples, classes, SIGNS.length + grams.length, how);
}

function base64({
  buffer,
}: Int8Array<ArrayBuffer> | Uint32Array<ArrayBuffer> | Float32Array<ArrayBuffer>): string {
  return Buffer.from(buffer).toString('base64');
}
