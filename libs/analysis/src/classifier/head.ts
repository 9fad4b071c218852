// One head of the classifier, for example for sentiment: a linear model with one byte for each weight, as `npm run train`
// stores it.
import type { Features } from './features.ts';
import { SIGNS } from './signs.ts';

/** The number of first bits by which a gram is looked up, and the number of the other bits. */
const FIRST = 12;
const REST = 32 - FIRST;

/** A stored head. Bytes are in base64; numbers of more than one byte are little-endian. */
export interface StoredHead {
  /** The factor from a stored weight to its value. */
  readonly scale: number;
  /** 32-bit floats, one for each class. */
  readonly bias: string;
  /** Signed bytes: a row for each sign, in the order of `SIGNS`, and a column for each class. */
  readonly signs: string;
  /** The grams that have weights, 32 bits each, in ascending order. */
  readonly grams: string;
  /** Signed bytes: a row for each gram, and a column for each class. */
  readonly weights: string;
}

/** All trained weights. */
export interface StoredWeights {
  /** The names of the signs, in the order of the rows, separated by commas. */
  readonly signs: string;
  readonly category: StoredHead;
  readonly urgency: StoredHead;
  readonly sentiment: StoredHead;
}

/** Gives a probability for each class. Keeps nothing of a text. */
export class Head {
  readonly #scale: number;
  readonly #bias: Float32Array;
  readonly #signs: Int8Array;
  readonly #grams: Uint32Array;
  /** The first row of the grams with the same first bits. Hashes are evenly distributed, so few grams share them. */
  readonly #begins: Uint16Array;
  readonly #weights: Int8Array;

  /** Throws an Error if the number of weights does not fit the signs and grams: then they must be trained again. */
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
    throw new Error(
      'reading the weights of the classifier: they do not fit the signs and grams; run npm run train',
    );
  }

  /** The probability of each class; their sum is 1. */
  probabilities({ signs, grams }: Features): Float64Array {
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

  /** The row of a gram; -1 for a gram without weights. */
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
