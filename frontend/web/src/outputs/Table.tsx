// A table that the kernel wrote as HTML: its rows can be sorted and paged.
import { useMemo, useState } from "preact/hooks";
import { cleanHTML } from "./sanitize";

interface Parsed {
  caption: string;
  head: { text: string; numeric: boolean }[];
  types: string[];
  rows: Row[];
}

interface Row { cells: string[]; gap: boolean }

const pageRows = 20;

/** Reads a table of the kernel; null for any other HTML. */
export function readTable(html: string): Parsed | null {
  if (!/^\s*<table class="wnb-[^"]*"/.test(html)) return null;
  const table = new DOMParser().parseFromString(html, "text/html").querySelector("table");
  const titles = table?.querySelector("thead tr");
  if (!table || !titles) return null;
  const texts = (row: Element) => [...row.children].map((c) => c.textContent ?? "");
  const rows = [...table.querySelectorAll("tbody tr")].map((r) => ({ cells: texts(r), gap: r.classList.contains("gap") }));
  const numeric = (i: number) => rows.some((r) => !r.gap) && rows.every((r) => r.gap || !r.cells[i] || !Number.isNaN(value(r.cells[i])));
  return {
    caption: table.caption?.textContent ?? "",
    head: [...titles.children].map((c, i) => ({ text: c.textContent ?? "", numeric: c.classList.contains("num") || numeric(i) })),
    types: texts(table.querySelector("thead tr.dtypes") ?? document.createElement("tr")),
    rows,
  };
}

const value = (text: string) => Number(text.replaceAll(",", "").replaceAll("−", "-"));

function sorted(rows: Row[], by: number, down: boolean, numeric: boolean): Row[] {
  const compare = (a: string, b: string) => {
    if (!numeric) return a.localeCompare(b, "en", { numeric: true });
    const [x, y] = [value(a), value(b)];
    return Number.isNaN(x) ? (Number.isNaN(y) ? 0 : 1) : Number.isNaN(y) ? -1 : x - y;
  };
  return rows.filter((r) => !r.gap).sort((a, b) => (down ? -1 : 1) * compare(a.cells[by] ?? "", b.cells[by] ?? ""));
}

export function Table({ html }: { html: string }) {
  const table = useMemo(() => readTable(html), [html]);
  const [sort, setSort] = useState<{ by: number; down: boolean } | null>(null);
  const [page, setPage] = useState(0);
  const rows = useMemo(() => (table && sort ? sorted(table.rows, sort.by, sort.down, table.head[sort.by]?.numeric ?? false) : table?.rows ?? []), [table, sort]);
  if (!table) return <div class="out-html" dangerouslySetInnerHTML={{ __html: cleanHTML(html) }} />;
  const pages = Math.max(1, Math.ceil(rows.length / pageRows));
  const shown = rows.slice(page * pageRows, (page + 1) * pageRows);
  const turn = (by: number) => {
    setSort(sort?.by !== by ? { by, down: false } : sort.down ? null : { by, down: true });
    setPage(0);
  };
  return (
    <div class="out-table">
      <div class="scroll" tabIndex={0} role="region" aria-label={table.caption || "Table"}>
        <table>
          <thead>
            <tr>{table.head.map((h, i) => (
              <th scope="col" class={h.numeric ? "num" : ""} aria-sort={sort?.by === i ? (sort.down ? "descending" : "ascending") : "none"}>
                <button type="button" onClick={() => turn(i)} title={`Sort by ${h.text}`}>{h.text}<span class="arrow" aria-hidden="true">{sort?.by === i ? (sort.down ? "↓" : "↑") : ""}</span></button>
                {table.types[i] && <span class="dtype">{table.types[i]}</span>}
              </th>))}
            </tr>
          </thead>
          <tbody>{shown.map((r) => <tr class={r.gap ? "gap" : ""}>{r.cells.map((cell, i) => <td class={table.head[i]?.numeric ? "num" : ""}>{cell}</td>)}</tr>)}</tbody>
        </table>
      </div>
      <div class="table-foot">
        <span>{table.caption}{sort && table.rows.some((r) => r.gap) ? "; the rows that are shown are sorted" : ""}</span>
        {pages > 1 && (
          <span class="pager">
            <button type="button" class="small" disabled={page === 0} onClick={() => setPage(page - 1)} aria-label="Previous page">‹</button>
            {page * pageRows + 1}–{Math.min(rows.length, (page + 1) * pageRows)} of {rows.length}
            <button type="button" class="small" disabled={page === pages - 1} onClick={() => setPage(page + 1)} aria-label="Next page">›</button>
          </span>
        )}
      </div>
    </div>
  );
}
