import { stringify } from "csv-stringify/sync";

type Cell = string | number | boolean | null;

const FORMULA = /^[=+\-@\t\r]/;
const NUMBER = /^-?\d+(\.\d+)?$/;

// A spreadsheet runs a text that begins like a formula; a quote in front keeps it a text. Numbers stay numbers.
function safe(cell: Cell): Cell {
  return typeof cell === "string" && FORMULA.test(cell) && !NUMBER.test(cell) ? `'${cell}` : cell;
}

/** A CSV file (RFC 4180, with a header line) out of rows of cells. */
export function toCsv(header: readonly string[], rows: readonly (readonly Cell[])[]): string {
  return stringify([[...header], ...rows.map((row) => row.map(safe))], {
    cast: { boolean: (value) => String(value) },
    record_delimiter: "windows",
  });
}
