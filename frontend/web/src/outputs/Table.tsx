// A table that the kernel showed: paged, sorted and searched on the server where
// that has the whole frame, and here where it is small.
import { useLayoutEffect, useRef } from "preact/hooks";
import type { WholeTable } from "../api/tables";
import { cleanHTML } from "./sanitize";
import type { Column, Row } from "./grid";
import { Foot } from "./TableFoot";
import { useTable, type Select, type TableState } from "./useTable";

export function Table({ html, whole, select }: { html: string; whole?: WholeTable; select?: Select }) {
  const table = useTable(html, whole);
  const box = useRef<HTMLDivElement>(null);
  const size = useSteady(box, html);
  if (!table) return <div class="out-html" dangerouslySetInnerHTML={{ __html: cleanHTML(html) }} />;
  return (
    <div class="out-table">
      <div class="scroll" ref={box} tabIndex={0} role="region" aria-label={table.grid.caption || "Table"} aria-busy={table.loading} style={{ minHeight: `${size.height}px` }}>
        <table>
          <Head table={table} widths={size.widths} select={select} />
          <tbody>{table.rows.map((r) => <Line key={r.index} row={r} columns={table.columns} select={select} />)}</tbody>
        </table>
        {table.rows.length === 0 && <p class="empty">No row holds “{table.view.filter}”.</p>}
      </div>
      <Foot table={table} select={select} />
    </div>
  );
}

/** Keeps the height and the widths of columns that a table had, so that nothing jumps while one pages. */
function useSteady(box: { current: HTMLDivElement | null }, html: string): { height: number; widths: Map<string, number> } {
  const kept = useRef({ html, height: 0, widths: new Map<string, number>() });
  if (kept.current.html !== html) kept.current = { html, height: 0, widths: new Map() };
  useLayoutEffect(() => {
    if (!box.current) return;
    kept.current.height = Math.max(kept.current.height, box.current.getBoundingClientRect().height);
    for (const th of box.current.querySelectorAll<HTMLElement>("th[data-source]")) {
      const source = th.dataset.source!;
      kept.current.widths.set(source, Math.max(kept.current.widths.get(source) ?? 0, th.getBoundingClientRect().width));
    }
  });
  return kept.current;
}

function Head({ table, widths, select }: { table: TableState; widths: Map<string, number>; select?: Select }) {
  const { sort } = table.view;
  const turn = (source: number) => table.show({ offset: table.ref ? 0 : null, sort: sort?.source !== source ? { source, down: false } : sort.down ? null : { source, down: true } });
  return (
    <thead>
      <tr>
        {select && <th class="pick"><PickAll rows={table.rows} select={select} /></th>}
        {table.columns.map((c) => c.source < 0 ? <th key="gap" aria-label="columns that are left out">…</th> : (
          <th key={c.source} scope="col" class={c.number ? "num" : ""} data-source={c.source} style={{ minWidth: `${widths.get(String(c.source)) ?? 0}px` }} aria-sort={sort?.source === c.source ? (sort.down ? "descending" : "ascending") : "none"}>
            <button type="button" onClick={() => turn(c.source)} title={`Sort by ${c.name}`}>{c.name || "\u00a0"}<span class="arrow" aria-hidden="true">{sort?.source === c.source ? (sort.down ? "↓" : "↑") : ""}</span></button>
            {c.dtype && <span class="dtype">{c.dtype}</span>}
          </th>))}
      </tr>
    </thead>
  );
}

function Line({ row, columns, select }: { row: Row; columns: Column[]; select?: Select }) {
  const picked = select?.value.includes(row.index) ?? false;
  return (
    <tr class={row.index < 0 ? "gap" : ""} aria-selected={select && row.index >= 0 ? picked : undefined} data-row={row.index}>
      {select && <td class="pick">{row.index >= 0 && <input type="checkbox" checked={picked} aria-label={`Row ${row.index + 1}`} onChange={() => toggle(select, row.index)} onKeyDown={walk} />}</td>}
      {row.cells.map((cell, i) => <td class={(columns[i]?.number ? "num" : "") + (cell === null ? " null" : "")} title={cell !== null && cell.length > 40 ? cell : undefined}>{cell === null ? "null" : cell}</td>)}
    </tr>
  );
}

function toggle(select: Select, row: number): void {
  const rest = select.value.filter((r) => r !== row);
  select.set(rest.length < select.value.length ? rest : [...rest, row].sort((a, b) => a - b));
}

/** The arrow keys go from one check box to the next. */
function walk(e: KeyboardEvent): void {
  if (e.key !== "ArrowDown" && e.key !== "ArrowUp") return;
  const box = e.currentTarget as HTMLElement;
  const all = [...box.closest("table")!.querySelectorAll<HTMLElement>("td.pick input")];
  const next = all[all.indexOf(box) + (e.key === "ArrowDown" ? 1 : -1)];
  if (next) next.focus();
  e.preventDefault();
  e.stopPropagation();
}

function PickAll({ rows, select }: { rows: Row[]; select: Select }) {
  const here = rows.map((r) => r.index).filter((i) => i >= 0);
  const all = here.length > 0 && here.every((i) => select.value.includes(i));
  const some = !all && here.some((i) => select.value.includes(i));
  const rest = select.value.filter((r) => !here.includes(r));
  return <input type="checkbox" checked={all} ref={(e) => { if (e) e.indeterminate = some; }} aria-label="All rows that are shown" onChange={() => select.set(all ? rest : [...rest, ...here].sort((a, b) => a - b))} />;
}
