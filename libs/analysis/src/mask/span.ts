// A piece of a reading that must not be seen, and the taking out of such pieces between one search and the next.

/** From `start` up to, not including, `end`. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** No letter, digit, blank or mark, and in no text by the Unicode standard. */
const FILLER = '\uffff';

/** The reading with `spans`, which are in order and apart, filled in: a later search finds nothing there, and all places stay. */
export function filledIn(text: string, spans: readonly Span[]): string {
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

/** The same spans by their place, those that overlap as one. */
export function inOrder(spans: readonly Span[]): Span[] {
  const ordered: Span[] = [];
  for (const span of spans.toSorted((a, b) => a.start - b.start)) {
    const last = ordered.at(-1);
    if (last === undefined || span.start >= last.end) ordered.push(span);
    else ordered[ordered.length - 1] = { start: last.start, end: Math.max(last.end, span.end) };
  }
  return ordered;
}

/** Spans of all matches of a global `pattern`; with `group`, of that capture, which must end its match. */
export function matchSpans(text: string, pattern: RegExp, group = 0): Span[] {
  return Array.from(text.matchAll(pattern), (match) => {
    const end = match.index + match[0].length;
    return { start: end - (match[group]?.length ?? 0), end };
  });
}
