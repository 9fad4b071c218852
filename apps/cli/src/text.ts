// What is printed for people. Control characters that came from outside are replaced: a terminal would obey them.

/** A line on standard output. */
export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** A line on standard error. */
export function warn(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** A line for the head and each row, columns side by side. A line longer than `width` is cut. */
export function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  width = Number.POSITIVE_INFINITY,
): string[] {
  const lines = [head, ...rows].map((cells) => cells.map(harmless));
  const widths = head.map((_, column) => Math.max(...lines.map((cells) => cells[column]?.length ?? 0)));
  return lines.map((cells) => {
    const line = cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
    return line.length > width ? `${line.slice(0, width - 1)}…` : line;
  });
}

/** Lines of a label and what there is to say, without those about which there is nothing. */
export function labelled(
  pairs: readonly (readonly [string, string | number | null | undefined])[],
): string[] {
  const said = pairs.filter(([, value]) => value !== null && value !== undefined && value !== '');
  const width = Math.max(...said.map(([label]) => label.length));
  return said.map(([label, value]) => `${label.padEnd(width)}  ${harmless(String(value))}`);
}

/** Text on one line, without signs that do something. */
export function harmless(text: string): string {
  return text.replace(/\p{Cc}|[\u2028\u2029]/gu, '\uFFFD');
}

/** A body as people read it: JSON with its lines, anything else as it is. */
export function bodyText(body: Buffer): string {
  const text = body.toString('utf8');
  const pretty = indented(text) ?? text;
  return pretty.split('\n').map(harmless).join('\n');
}

function indented(text: string): string | undefined {
  try {
    return JSON.stringify(JSON.parse(text), undefined, 2);
  } catch {
    return undefined;
  }
}

/** "12 deliveries and 1 record". */
export function counted({
  deliveries,
  records,
}: {
  readonly deliveries: number;
  readonly records: number;
}): string {
  const parts = [
    ...(deliveries > 0 || records === 0 ? [many(deliveries, 'delivery', 'deliveries')] : []),
    ...(records > 0 ? [many(records, 'record', 'records')] : []),
  ];
  return parts.join(' and ');
}

/** "1 record", "2 records". */
export function many(count: number, one: string, more: string): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : more}`;
}

/** A time to the second. */
export function time(moment: Date): string {
  return `${moment.toISOString().slice(0, 19)}Z`;
}
