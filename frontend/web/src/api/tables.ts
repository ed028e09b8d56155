// Frames that cells showed in part: their rows, from the server.
import { request } from "./http";

/** What a display says of the whole of a table of which it shows a part. */
export interface WholeTable {
  rows: number;
  columns: { name: string; dtype: string }[];
  /** Names the whole on the server. */
  ref?: string;
  /** Why the whole is not on the server. */
  reason?: string;
}

export const tableType = "application/vnd.wnb.table+json";

/** Which rows and columns are wanted. */
export interface Wanted {
  offset: number;
  limit: number;
  sort?: string;
  desc?: boolean;
  filter?: string;
  from?: number;
  columns?: number;
}

export interface TableRows {
  /** How many rows the filter lets through. */
  rows: number;
  total: number;
  offset: number;
  /** The number of each row in the frame, from 0. */
  index: number[];
  columns: { name: string; dtype: string; number: boolean }[];
  /** Row by row; null is a null. */
  cells: (string | null)[][];
}

// Visitors of an app see only what they were shown: see the server's side.
const base = document.body.dataset.app ? "/app/tables/" : "/api/wnb/tables/";

function address(ref: string, wanted: Wanted, format?: string): string {
  const q = new URLSearchParams({ offset: String(wanted.offset), limit: String(wanted.limit) });
  if (wanted.sort !== undefined) q.set("sort", wanted.sort);
  if (wanted.desc) q.set("desc", "1");
  if (wanted.filter) q.set("filter", wanted.filter);
  if (wanted.from) q.set("from", String(wanted.from));
  if (wanted.columns) q.set("columns", String(wanted.columns));
  if (format) q.set("format", format);
  return base + encodeURIComponent(ref) + "?" + q.toString();
}

export async function tableRows(ref: string, wanted: Wanted, signal: AbortSignal): Promise<TableRows> {
  return (await request<TableRows>("GET", address(ref, wanted), undefined, {}, signal)).value;
}

/** Where the rows are as a file; limit 0 stands for all. */
export const tableFile = (ref: string, wanted: Wanted, format: "csv" | "tsv"): string => address(ref, wanted, format);
