// What wnb check says about a notebook, as the page has it.
import type { NotebookJSON } from "./contents";
import { request } from "./http";

export type Severity = "error" | "warning" | "note";

/** A change of a part of a source; lines and columns from 1, in characters. */
export interface Edit { line: number; column: number; end_line: number; end_column: number; text: string }

export interface Diagnostic {
  code: string;
  severity: Severity;
  /** A file that cells load; empty for the notebook. */
  file?: string;
  /** Empty for the front matter and for files. */
  cell?: string;
  /** In the source of the cell, from 1 and in characters; none for what is about the cell or the notebook. */
  line?: number;
  column?: number;
  end_column?: number;
  file_line?: number;
  message: string;
  hint?: string;
  fix?: { title: string; edits?: Edit[]; attrs?: string };
}

export async function check(path: string, content: NotebookJSON, signal: AbortSignal): Promise<Diagnostic[]> {
  return (await request<{ diagnostics: Diagnostic[] }>("POST", "/api/wnb/check", { path, content }, {}, signal)).value.diagnostics;
}

/** The page about a code, in Markdown. */
export async function explain(code: string): Promise<string> {
  return (await request<{ page: string }>("GET", "/api/wnb/check/" + encodeURIComponent(code))).value.page;
}
