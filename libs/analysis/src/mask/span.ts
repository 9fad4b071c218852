// Spans: the parts of a text that are masked, and how they are blanked out between two detectors.

/** From `start` up to, not including, `end`. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Not a letter, digit, space or punctuation mark. By the Unicode standard no text contains it. */
const FILLER = '\uffff';

/** Replaces `spans`, which are in order and do not overlap, by fillers. Later detectors find nothing there. Keeps the length. */
export function blankOut(text: string, spans: readonly Span[]): string {
  if (spans.length === 0) return text;
  const pieces: string[] = [];
  let from = 0;
  for (const { start, end } of spans) {
    pieces.push(text.slice(from, start), FILLER.repeat(end - start));
    from = end;
  }
  pieces.push(text.slice(from));
  return pieces.join('');
}

/** Sorts spans by their start, and joins those that overlap. */
export function mergeSpans(spans: readonly Span[]): Span[] {
  const ordered: Span[] = [];
  for (const span of spans.toSorted((a, b) => a.start - b.start)) {
    const last = ordered.at(-1);
    if (last === undefined || span.start >= last.end) ordered.push(span);
    else ordered[ordered.length - 1] = { start: last.start, end: Math.max(last.end, span.end) };
  }
  return ordered;
}

/** The spans of all matches of a global `pattern`, or of the capture `group`, which must be at the end of its match. */
export function matchSpans(text: string, pattern: RegExp, group = 0): Span[] {
  return Array.from(text.matchAll(pattern), (match) => {
    const end = match.index + match[0].length;
    return { start: end - (match[group]?.length ?? 0), end };
  });
}
