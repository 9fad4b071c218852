// Cuts a text into words with what the scanners need of each: sentence, clause, whether it was shouted. Own and small
// because it must be linear and leave nothing behind: wink-nlp keeps every unseen word and takes seconds for hostile text.

// Marks count only before a space or the end ("49.99" is one sentence) and in bounded runs, or the time is not linear.
const PIECE =
  /[\p{L}\p{N}]+(?:['’][\p{L}]+)*|[:;]-?[()]|\p{Extended_Pictographic}|[.!?,;:…]{1,8}(?=\s|$)|\n/gu;
const APOSTROPHES = /['’]/g;
const UPPER_CASE = /^\p{Lu}[\p{Lu}\p{N}]+$/u;

/** A text as parallel lists, one entry per word (emoji and emoticons are words). */
export interface Tokens {
  /** Lower case, apostrophes dropped: "don't" is `dont`. */
  readonly words: string[];
  /** Number of the sentence each word is in; a phrase never spans two. */
  readonly sentence: number[];
  /** Number of the clause each word is in; a negation never reaches into another. */
  readonly clause: number[];
  /** Indexes of words of two or more letters written in capitals. */
  readonly shouted: Set<number>;
  /** Exclamation marks in the whole text. */
  readonly exclamations: number;
  /** All but a word or two are in capitals: no single one is emphasis then. */
  readonly allCaps: boolean;
}

/** Cuts `text` into tokens. */
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
