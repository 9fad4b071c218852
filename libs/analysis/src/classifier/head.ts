// One question that the classifier answers: a linear model with its weights in single bytes, as trained by
// `npm run train`.
import type { Features } from './features.ts';
import { SIGNS } from './signs.ts';

/** Bits of a gram that it is looked up by, and the other ones. */
const FIRST = 12;
const REST = 32 - FIRST;

/** A head as it is stored. Bytes are in base64, numbers of more than one byte little-endian. */
export interface StoredHead {
  /** What a weight of 1 stands for. */
  readonly scale: number;
  /** Numbers of 32 bits: by class. */
  readonly bias: string;
  /** Signed bytes: row by sign, in the order of `SIGNS`; column by class. */
  readonly signs: string;
  /** The grams that count, 32 bits each, smallest first. */
  readonly grams: string;
  /** Signed bytes: row by gram, column by class. */
  readonly weights: string;
}

/** All that is trained. */
export interface StoredWeights {
  /** The signs that the rows are of, by commas. */
  readonly signs: string;
  readonly category: StoredHead;
  readonly urgency: StoredHead;
  readonly sentiment: StoredHead;
}

/** Answers with a chance for each class. Keeps nothing of what it is asked. */
export class Head {
  readonly #scale: number;
  readonly #bias: Float32Array;
  readonly #signs: Int8Array;
  readonly #grams: Uint32Array;
  /** Where the grams with the same first bits begin: bits of grams are even, so few share them. */
  readonly #begins: Uint16Array;
  readonly #weights: Int8Array;

  /** Throws an Error for weights of another shape: they are older than the signs, and to be trained again. */
  constructor({ scale, bias, signs, grams, weights }: StoredHead) {
    this.#scale = scale;
    this.#bias = new Float32Array(bytesOf(bias));
    this.#signs = new Int8Array(bytesOf(signs));
    this.#grams = new Uint32Array(bytesOf(grams));
    this.#weights = new Int8Array(bytesOf(weights));
    this.#begins = beginsOf(this.#grams);
    const classes = this.#bias.length;
    if (
      this.#signs.length === SIGNS.length * classes &&
      this.#weights.length === this.#grams.length * classes
    )
      return;
    throw new Error('reading the weights of the classifier: they have another shape; run npm run train');
  }

  /** The chance of each class; together 1. */
  chances({ signs, grams }: Features): Float64Array {
    const scores = new Float64Array(this.#bias.length);
    let present = signs.length;
    for (const sign of signs) this.#add(this.#signs, sign, scores);
    for (const gram of grams) {
      const row = this.#rowOf(gram);
      if (row === -1) continue;
      present += 1;
      this.#add(this.#weights, row, scores);
    }
    const share = present === 0 ? 0 : this.#scale / Math.sqrt(present);
    for (let of = 0; of < scores.length; of += 1) {
      scores[of] = (scores[of] as number) * share + (this.#bias[of] as number);
    }
    return softmax(scores);
  }

  /** -1 for a gram that does not count. */
  #rowOf(gram: number): number {
    const first = gram >>> REST;
    const end = this.#begins[first + 1] as number;
    for (let row = this.#begins[first] as number; row < end; row += 1)
      if (this.#grams[row] === gram) return row;
    return -1;
  }

  #add(weights: Int8Array, row: number, scores: Float64Array): void {
    const first = row * scores.length;
    for (let of = 0; of < scores.length; of += 1) {
      scores[of] = (scores[of] as number) + (weights[first + of] as number);
    }
  }
}

function bytesOf(base64: string): ArrayBuffer {
  return Uint8Array.from(Buffer.from(base64, 'base64')).buffer;
}

function beginsOf(grams: Uint32Array): Uint16Array {
  const begins = new Uint16Array(2 ** FIRST + 1);
  for (const gram of grams) begins[(gram >>> REST) + 1] = (begins[(gram >>> REST) + 1] as number) + 1;
  for (let first = 1; first < begins.length; first += 1) {
    begins[first] = (begins[first] as number) + (begins[first - 1] as number);
  }
  return begins;
}

function softmax(scores: Float64Array): Float64Array {
  let most = Number.NEGATIVE_INFINITY;
  for (const score of scores) most = Math.max(most, score);
  let sum = 0;
  for (let of = 0; of < scores.length; of += 1) {
    scores[of] = Math.exp((scores[of] as number) - most);
    sum += scores[of] as number;
  }
  for (let of = 0; of < scores.length; of += 1) scores[of] = (scores[of] as number) / sum;
  return scores;
}
