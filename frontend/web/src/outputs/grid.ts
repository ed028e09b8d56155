// A table that the kernel wrote as HTML, as data.
import type { WholeTable } from "../api/tables";

export interface Column {
  name: string;
  dtype: string;
  number: boolean;
  /** Its place in the frame; -1 for what stands for left-out columns. */
  source: number;
}

export interface Row {
  /** Its number in the frame, from 0; -1 for what stands for left-out rows. */
  index: number;
  cells: (string | null)[];
}

export interface Grid {
  caption: string;
  columns: Column[];
  rows: Row[];
  /** Of the frame. */
  total: number;
}

export interface Sort { source: number; down: boolean }

/** Tells whether HTML is a table of the kernel. */
export const isTable = (html: string): boolean => /^\s*<table class="wnb-[^"]*"/.test(html);

/** Reads a table of the kernel; null for any other HTML. */
export function readTable(html: string, whole?: WholeTable): Grid | null {
  if (!isTable(html)) return null;
  const table = new DOMParser().parseFromString(html, "text/html").querySelector("table");
  const titles = table?.querySelector("thead tr");
  if (!table || !titles) return null;
  const lines = [...table.querySelectorAll("tbody tr")];
  const gap = lines.findIndex((r) => r.classList.contains("gap"));
  const total = whole?.rows ?? lines.length - (gap < 0 ? 0 : 1);
  const rows = lines.map((r, i) => ({
    index: gap < 0 || i < gap ? i : i === gap ? -1 : total - lines.length + i,
    cells: [...r.children].map((c) => (c.classList.contains("null") ? null : c.textContent ?? "")),
  }));
  return { caption: table.caption?.textContent ?? "", columns: columnsOf(table, titles, rows, whole), rows, total };
}

function columnsOf(table: HTMLTableElement, titles: Element, rows: Row[], whole?: WholeTable): Column[] {
  const heads = [...titles.children];
  const types = [...(table.querySelector("thead tr.dtypes")?.children ?? [])].map((c) => c.textContent ?? "");
  const gap = heads.findIndex((h) => h.classList.contains("gap"));
  const count = whole?.columns.length ?? heads.length;
  return heads.map((h, i) => {
    const source = gap < 0 || i < gap ? i : i === gap ? -1 : count - heads.length + i;
    const values = rows.filter((r) => r.index >= 0);
    const numeric = values.length > 0 && values.every((r) => !r.cells[i] || !Number.isNaN(value(r.cells[i]!)));
    return { name: whole?.columns[source]?.name ?? h.textContent ?? "", dtype: types[i] ?? "", number: h.classList.contains("num") || numeric, source };
  });
}

const value = (text: string) => Number(text.replaceAll(",", "").replaceAll("−", "-"));

/** Sorts the rows that are here: by number where all are, nulls last. */
export function sorted(grid: Grid, sort: Sort): Row[] {
  const at = grid.columns.findIndex((c) => c.source === sort.source);
  const number = grid.columns[at]?.number ?? false;
  const last = (cell: string | null | undefined) => cell == null ? 2 : number && Number.isNaN(value(cell)) ? 1 : 0;
  const compare = (a: string | null | undefined, b: string | null | undefined) => {
    if (last(a) || last(b)) return last(a) - last(b);
    const order = number ? value(a!) - value(b!) : a!.localeCompare(b!, "en", { numeric: true });
    return sort.down ? -order : order;
  };
  return grid.rows.filter((r) => r.index >= 0).sort((a, b) => compare(a.cells[at], b.cells[at]));
}

/** The rows as text for a spreadsheet. */
export function asText(columns: Column[], rows: Row[], format: "csv" | "tsv"): string {
  const separator = format === "csv" ? "," : "\t";
  const field = (cell: string | null) => cell === null ? "" : new RegExp(`["\\r\\n${separator}]`).test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
  const line = (cells: (string | null)[]) => cells.map(field).join(separator) + "\n";
  return line(columns.map((c) => c.name)) + rows.filter((r) => r.index >= 0).map((r) => line(r.cells)).join("");
}
