// Splits digits into runs of groups: "4111 1111-1111.1111" is one run of four groups.

/** One group of digits. */
export interface Group {
  readonly start: number;
  readonly end: number;
}

/** Groups with only separators between them. */
export type Run = readonly Group[];

const LONGEST_GAP = 4;

/** The runs of a text, in order. A plus sign begins a new run. */
export function digitRuns(text: string): Run[] {
  const runs: Group[][] = [];
  let run: Group[] = [];
  for (let at = 0; at < text.length; ) {
    if (!isDigit(text.charCodeAt(at))) {
      at += 1;
      continue;
    }
    const start = at;
    while (at < text.length && isDigit(text.charCodeAt(at))) at += 1;
    const last = run.at(-1);
    if (last !== undefined && !isGap(text, last.end, start)) {
      runs.push(run);
      run = [];
    }
    run.push({ start, end: at });
  }
  if (run.length > 0) runs.push(run);
  return runs;
}

/** A possible end of a number: where it is in the text, and the digits of the number up to there. */
export interface Ending {
  readonly to: number;
  readonly digits: string;
}

/** The possible ends of a number that begins with group `from` and has `shortest` to `longest` digits, longest first. */
export function endingsOf(text: string, run: Run, from: number, shortest: number, longest: number): Ending[] {
  const endings: Ending[] = [];
  let digits = '';
  for (let to = from; to < run.length; to += 1) {
    const { start = 0, end = 0 } = run[to] ?? {};
    if (digits.length + end - start > longest) break;
    digits += text.slice(start, end);
    if (digits.length >= shortest) endings.unshift({ to, digits });
  }
  return endings;
}

function isGap(text: string, from: number, to: number): boolean {
  if (to - from > LONGEST_GAP) return false;
  for (let at = from; at < to; at += 1) if (!' ()-./_\t'.includes(text[at] as string)) return false;
  return true;
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}
