// What a table shows now, and where its rows come from: the server where it has
// the whole frame, and else the HTML of the display.
import { useEffect, useMemo, useState } from "preact/hooks";
import { tableRows, type Wanted, type WholeTable } from "../api/tables";
import { readTable, sorted, type Column, type Grid, type Row, type Sort } from "./grid";

export const pageRows = 20;
const pageColumns = 40;

export interface View {
  sort: Sort | null;
  filter: string;
  /** The place of the first row; null for the first and last rows, as the kernel showed them. */
  offset: number | null;
  /** The first column. */
  from: number;
}

const overview: View = { sort: null, filter: "", offset: null, from: 0 };

interface Loaded { columns: Column[]; rows: Row[]; count: number; offset: number }

/** Rows that are chosen: their numbers in the frame, from 0, whatever the order. */
export interface Select {
  value: number[];
  set(rows: number[]): void;
}

export interface TableState {
  grid: Grid;
  view: View;
  columns: Column[];
  rows: Row[];
  /** How many rows can be paged through, and the place of the first that is shown. */
  count: number;
  offset: number;
  /** The rows are the first and last ones of more. */
  abridged: boolean;
  loading: boolean;
  /** Why the server does not help, and whether it was asked. */
  problem: string;
  lost: boolean;
  /** The name of the whole on the server; empty without one. */
  ref: string;
  show(change: Partial<View>): void;
  /** Asks the server again. */
  retry(): void;
  wanted(limit: number): Wanted;
}

const validRef = /^[0-9a-f]{64}(\.[0-9a-f]+)?$/;

/** null where the HTML is not a table of the kernel. */
export function useTable(html: string, whole?: WholeTable): TableState | null {
  const grid = useMemo(() => readTable(html, whole), [html, whole]);
  const [view, setView] = useState(overview);
  const [loaded, setLoaded] = useState<Loaded | null>(null);
  const [loading, setLoading] = useState(false);
  const [lost, setLost] = useState("");
  const ref = whole?.ref && validRef.test(whole.ref) ? whole.ref : "";
  const remote = ref !== "" && (view.offset !== null || view.sort !== null || view.filter !== "" || view.from > 0);
  const wanted = (limit: number): Wanted => ({
    offset: view.offset ?? 0, limit, filter: view.filter, from: view.from, columns: pageColumns,
    ...(view.sort ? { sort: whole?.columns[view.sort.source]?.name ?? "", desc: view.sort.down } : {}),
  });
  // The same table that is shown again, as by a cell that ran again, keeps its page and order.
  useEffect(() => { setView(overview); setLoaded(null); }, [html, ref]);
  useEffect(() => { if (lost) { setLost(""); setView({ ...view }); } }, [whole]);
  useEffect(() => {
    if (!remote) { setLoaded(null); setLoading(false); return; }
    const abort = new AbortController();
    setLoading(true);
    tableRows(ref, wanted(pageRows), abort.signal).then((got) => {
      if (abort.signal.aborted) return;
      setLoaded({
        columns: got.columns.map((c, i) => ({ ...c, source: view.from + i })),
        rows: got.cells.map((cells, i) => ({ index: got.index[i]!, cells })), count: got.rows, offset: got.offset,
      });
      setLost("");
      setLoading(false);
    }).catch((e: unknown) => {
      if (abort.signal.aborted) return;
      setLost((e as Error).message);
      setLoaded(null);
      setLoading(false);
    });
    return () => abort.abort();
  }, [ref, remote, view]); // wanted is made of view
  const local = useMemo(() => (grid && view.sort ? sorted(grid, view.sort) : grid?.rows ?? []), [grid, view.sort]);
  if (!grid) return null;
  const abridged = grid.rows.some((r) => r.index < 0);
  const common = { grid, view, loading, ref: lost ? "" : ref, problem: lost || whole?.reason || "", lost: lost !== "", wanted, show: (change: Partial<View>) => setView({ ...view, ...change }), retry: () => { setLost(""); setView({ ...view }); } };
  if (remote && !lost && loaded) return { ...common, ...loaded, abridged: false };
  const offset = abridged ? 0 : view.offset ?? 0;
  return {
    ...common, columns: grid.columns, rows: abridged ? local : local.slice(offset, offset + pageRows),
    count: abridged && common.ref ? grid.total : local.length, offset, abridged,
  };
}
