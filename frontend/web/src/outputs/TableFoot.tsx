// What stands below a table: which rows are shown, and how to get to others.
import { useEffect, useRef, useState } from "preact/hooks";
import { tableFile } from "../api/tables";
import { complain, toast } from "../app/toasts";
import { asText } from "./grid";
import { pageRows, type Select, type TableState } from "./useTable";

const most = 10_000; // rows that are copied

const count = (n: number) => n.toLocaleString("en");

export function Foot({ table, select }: { table: TableState; select?: Select }) {
  return (
    <div class="table-foot">
      <div>
        <span class="table-note" role="status">
          {note(table)}{select && select.value.length > 0 ? ` · ${count(select.value.length)} selected` : ""}
          {table.lost && <> <button type="button" class="link" onClick={() => table.retry()}>Try again</button></>}
        </span>
        {table.ref && <Filter table={table} />}
        <Copy table={table} />
      </div>
      {paged(table) && <div><Pager table={table} /><Columns table={table} /></div>}
    </div>
  );
}

function note(table: TableState): string {
  const { grid, view } = table;
  if (!table.ref && grid.rows.some((r) => r.index < 0)) {
    return grid.caption + (view.sort ? "; the rows that are shown are sorted" : "") + (table.problem ? `. ${sentence(table.problem)}` : "");
  }
  if (view.filter) return `${count(table.count)} of ${count(grid.total)} rows hold “${view.filter}”`;
  return table.abridged ? grid.caption : grid.caption.replace(/, \d+ rows? shown$/, "");
}

const sentence = (text: string) => text.charAt(0).toUpperCase() + text.slice(1) + (text.endsWith(".") ? "" : ".");

function Filter({ table }: { table: TableState }) {
  const [text, setText] = useState(table.view.filter);
  const timer = useRef(0);
  useEffect(() => () => clearTimeout(timer.current), []);
  const change = (next: string) => {
    setText(next);
    clearTimeout(timer.current);
    timer.current = window.setTimeout(() => table.show({ filter: next.trim(), offset: next.trim() ? 0 : null }), 250);
  };
  return <input type="search" class="table-filter" placeholder="Filter rows" aria-label="Show only rows that hold this text" value={text} onInput={(e) => change(e.currentTarget.value)} onKeyDown={(e) => e.stopPropagation()} />;
}

/** The pager stays where a filter leaves few rows, so that nothing jumps. */
const paged = (table: TableState) => table.ref !== "" || !table.abridged && table.count > pageRows;

function Pager({ table }: { table: TableState }) {
  const last = Math.max(0, Math.floor((table.count - 1) / pageRows) * pageRows);
  const at = table.abridged ? -pageRows : table.offset;
  const go = (offset: number) => table.show({ offset: Math.max(0, Math.min(offset, last)) });
  const button = (label: string, sign: string, to: number, off: boolean) => <button type="button" class="small" disabled={off} aria-label={label} title={label} onClick={() => go(to)}>{sign}</button>;
  return (
    <span class="pager">
      {button("First rows", "«", 0, !table.abridged && at <= 0)}
      {button("Previous rows", "‹", at - pageRows, at <= 0)}
      <span class="range">{table.abridged ? `${pageRows / 2} first, ${pageRows / 2} last` : `${count(Math.min(at + 1, table.count))}–${count(Math.min(table.count, at + pageRows))}`} of {count(table.count)}</span>
      {button("Next rows", "›", at + pageRows, at >= last)}
      {button("Last rows", "»", last, at >= last)}
      {table.grid.total > 5 * pageRows && <Jump count={table.count} go={go} />}
    </span>
  );
}

function Jump({ count, go }: { count: number; go(offset: number): void }) {
  const jump = (text: string) => {
    const row = Number.parseInt(text, 10);
    if (row >= 1) go(Math.floor((Math.min(row, count) - 1) / pageRows) * pageRows);
  };
  return <input type="number" class="table-jump" min={1} max={count} placeholder="Row" aria-label="Go to row" onChange={(e) => jump(e.currentTarget.value)} onKeyDown={(e) => { e.stopPropagation(); if (e.key === "Enter") jump(e.currentTarget.value); }} />;
}

function Columns({ table }: { table: TableState }) {
  const all = table.ref ? Math.max(table.grid.columns.at(-1)?.source ?? 0, table.columns.at(-1)?.source ?? 0) + 1 : 0;
  const shown = table.columns.filter((c) => c.source >= 0);
  if (all <= 40) return null;
  const from = table.abridged ? -40 : table.view.from;
  const go = (to: number) => table.show({ from: to, offset: table.view.offset ?? 0 });
  return (
    <span class="pager">
      <button type="button" class="small" disabled={from <= 0} aria-label="Previous columns" onClick={() => go(from - 40)}>‹</button>
      <span class="range">columns {from < 0 ? `${shown.length}` : `${from + 1}–${from + shown.length}`} of {count(all)}</span>
      <button type="button" class="small" disabled={from + 40 >= all} aria-label="Next columns" onClick={() => go(Math.max(0, from + 40))}>›</button>
    </span>
  );
}

function Copy({ table }: { table: TableState }) {
  const copy = async (format: "csv" | "tsv") => {
    try {
      const whole = table.ref !== "";
      await navigator.clipboard.writeText(whole ? await fetchText(table, format) : asText(table.columns, table.grid.rows, format));
      const rows = whole ? table.count : table.grid.rows.filter((r) => r.index >= 0).length;
      toast(rows > most && whole ? `Copied the first ${count(most)} of ${count(rows)} rows` : `Copied ${count(rows)} rows`);
    } catch (e) { complain(e); }
  };
  return (
    <span class="table-copy">
      <button type="button" class="small quiet" title="Copy with tabs, for a spreadsheet" onClick={() => void copy("tsv")}>Copy</button>
      <button type="button" class="small quiet" title="Copy as CSV" onClick={() => void copy("csv")}>CSV</button>
    </span>
  );
}

async function fetchText(table: TableState, format: "csv" | "tsv"): Promise<string> {
  const response = await fetch(tableFile(table.ref, { ...table.wanted(most), offset: 0 }, format), { credentials: "same-origin" });
  if (!response.ok) throw new Error("The rows cannot be copied: the server has the table no more. Run the cell again.");
  return response.text();
}
