// Comma separated values with quoted fields (RFC 4180): just enough for a file of questions.

/** A quote that is opened and never closed. */
export class CsvError extends Error {
  readonly code = 'CSV_INVALID';
}

/** The rows of a text; quoted fields may hold commas, line breaks and doubled quotes. */
export function parseCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  // A field, quoted or plain, and what ends it: a comma, a line break or the end of the text.
  const field = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/y;
  const end = text.length;
  for (field.lastIndex = text.startsWith('\uFEFF') ? 1 : 0; field.lastIndex < end || row.length > 0; ) {
    const at = field.lastIndex;
    const [, quoted, plain, stop] = field.exec(text) ?? [];
    if (stop === undefined)
      throw new CsvError(
        `reading CSV: row ${rows.length + 1} has a quote out of place at character ${at + 1}`,
      );
    row.push(quoted === undefined ? (plain ?? '') : quoted.replaceAll('""', '"'));
    if (stop === ',') continue;
    if (row.length > 1 || row[0] !== '') rows.push(row);
    row = [];
    if (stop === '') break;
  }
  return rows;
}
