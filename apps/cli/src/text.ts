// Formats output for people. Control characters from outside are replaced, because a terminal would execute them.

/** Writes a line to standard output. */
export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Writes a line to standard error. */
export function warn(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** Lines of a table: the head, then each row. A line longer than `width` characters is cut. */
export function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  width = Number.POSITIVE_INFINITY,
): string[] {
  const lines = [head, ...rows].map((cells) => cells.map(printable));
  const widths = head.map((_, column) => Math.max(...lines.map((cells) => cells[column]?.length ?? 0)));
  return lines.map((cells) => {
    const line = cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
    return line.length > width ? `${line.slice(0, width - 1)}…` : line;
  });
}

/** A line for each label and its value. Pairs without a value are left out. */
export function labelled(
  pairs: readonly (readonly [string, string | number | null | undefined])[],
): string[] {
  const shown = pairs.filter(([, value]) => value !== null && value !== undefined && value !== '');
  const width = Math.max(...shown.map(([label]) => label.length));
  return shown.map(([label, value]) => `${label.padEnd(width)}  ${printable(String(value))}`);
}

/** The text on one line; control characters are replaced. */
export function printable(text: string): string {
  return text.replace(/\p{Cc}|[\u2028\u2029]/gu, '\uFFFD');
}

/** A body for people: JSON is indented, anything else stays as it is. */
export function bodyText(body: Buffer): string {
  const text = body.toString('utf8');
  const pretty = indented(text) ?? text;
  return pretty.split('\n').map(printable).join('\n');
}

function indented(text: string): string | undefined {
  try {
    return JSON.stringify(JSON.parse(text), undefined, 2);
  } catch {
    return undefined;
  }
}

/** "12 deliveries and 1 record". */
export function countText({
  deliveries,
  records,
}: {
  readonly deliveries: number;
  readonly records: number;
}): string {
  const parts = [
    ...(deliveries > 0 || records === 0 ? [plural(deliveries, 'delivery', 'deliveries')] : []),
    ...(records > 0 ? [plural(records, 'record', 'records')] : []),
  ];
  return parts.join(' and ');
}

/** "1 record", "2 records". */
export function plural(count: number, one: string, more: string): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : more}`;
}

/** A time in UTC, to the second. */
export function time(moment: Date): string {
  return `${moment.toISOString().slice(0, 19)}Z`;
}
