// Formats text in columns.

/**
 * A line for each row, columns side by side.
 * @param {readonly (readonly string[])[]} rows
 * @param {(column: number) => boolean} [toTheRight] which columns are aligned to the right; default none
 * @returns {string[]}
 */
export function inColumns(rows, toTheRight = () => false) {
  const count = Math.max(...rows.map((row) => row.length));
  const widths = Array.from({ length: count }, (_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  return rows.map((row) =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return toTheRight(column) ? cell.padStart(width) : cell.padEnd(width);
      })
      .join('  ')
      .trimEnd(),
  );
}

/** All but the first. @param {number} column */
export const numbers = (column) => column > 0;
