// Reads comma-separated values (RFC 4180) with csv-parse. Errors name the row.
import { CsvError as ParseError, parse } from 'csv-parse/sync';

/** The text is not valid CSV. */
export class CsvError extends Error {
  readonly code = 'CSV_INVALID';
}

/** The rows of a text, without empty lines. Throws CsvError. */
export function parseCsv(text: string): string[][] {
  try {
    return parse(text, { bom: true, relax_column_count: true, skip_empty_lines: true });
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    throw new CsvError(`reading CSV: row ${Number(error['records']) + 1}: ${error.message}`, {
      cause: error,
    });
  }
}
