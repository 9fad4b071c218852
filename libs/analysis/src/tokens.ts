// Splits a text into words, with the sentence and the clause of each and whether it is in capitals. It is our own code because
// it must take linear time and keep nothing: wink-nlp keeps every new word, and takes seconds for hostile text.

// Punctuation counts only before a space or the end ("49.99" is one sentence), and in runs of limited length for linear time.
const PIECE =
  /[\p{L}\p{N}]+(?:['’][\p{L}]+)*|[:;]-?[()]|\p{Extended_Pictographic}|[.!?,;:…]{1,8}(?=\s|$)|\n/gu;
const APOSTROPHES = /['’]/g;
const UPPER_CASE = /^\p{Lu}[\p{Lu}\p{N}]+$/u;

/** A text as parallel lists, one entry per word (emoji and emoticons are words). */
export interface Tokens {
  /** In lower case, without apostrophes: "don't" is `dont`. */
  readonly words: string[];
  /** The number of each word's sentence. A phrase is always within one sentence. */
  readonly sentence: number[];
  /** The number of each word's clause. A negation applies only within its clause. */
  readonly clause: number[];
  /** The indexes of words of two or more letters in capitals. */
  readonly shouted: Set<number>;
  /** The number of exclamation marks in the text. */
  readonly exclamations: number;
  /** Nearly all words are in capitals, so capitals do not emphasise a single word. */
  readonly allCaps: boolean;
}

/** Splits `text` into tokens. */
export function tokenise(text: string): Tokens {
  const words: string[] = [];
  const sentence: number[] = [];
  const clause: number[] = [];
  const shouted = new Set<number>();
  let sentences = 0;
  let clauses = 0;
  let exclamations = 0;
  let letters = 0;
  for (const [piece] of text.matchAll(PIECE)) {
    const first = piece.charCodeAt(0);
    if (isMark(first) && !(piece.length > 1 && /[()]$/.test(piece))) {
      clauses += 1;
      if (/[.!?\n…]/.test(piece)) sentences += 1;
      for (const mark of piece) if (mark === '!') exclamations += 1;
      continue;
    }
    if (piece.length > 1 && UPPER_CASE.test(piece)) shouted.add(words.length);
    if (piece.length > 1) letters += 1;
    const lower = piece.toLowerCase();
    words.push(lower.length > 2 ? lower.replace(APOSTROPHES, '') : lower);
    sentence.push(sentences);
    clause.push(clauses);
  }
  const allCaps = shouted.size >= 3 && shouted.size >= letters * 0.75;
  return { words, sentence, clause, shouted, exclamations, allCaps };
}

/** One of `. ! ? , ; : …` or a line end. */
function isMark(code: number): boolean {
  return (
    code === 10 ||
    code === 33 ||
    code === 44 ||
    code === 46 ||
    code === 58 ||
    code === 59 ||
    code === 63 ||
    code === 0x2026
  );
}
