// Suggestions of errors that the page can carry out.
import type { OutputJSON } from "../api/contents";
import type { Fix } from "../outputs/ErrorOutput";
import type { Cell } from "./cell";
import type { Notebook } from "./notebook";

/** The fix for the last error of a cell, if it has one. */
export function fixFor(nb: Notebook, cell: Cell, outputs: OutputJSON[]): Fix | null {
  const error = outputs.findLast((o) => o.output_type === "error");
  if (error?.output_type !== "error") return null;
  const text = [error.evalue, ...error.traceback].join("\n");
  const twice = /`(\w+)` is already defined/.exec(text)?.[1];
  if (twice) return { label: `Rename to _${twice}`, apply: () => rename(nb, cell, twice, "_" + twice) };
  const wrong = /`(\w+)` is not defined/.exec(text)?.[1];
  const meant = /did you mean `(\w+)`/.exec(text)?.[1];
  if (wrong && meant) return { label: `Write ${meant}`, apply: () => rename(nb, cell, wrong, meant) };
  return null;
}

function rename(nb: Notebook, cell: Cell, from: string, to: string): void {
  nb.doc.setSource(cell, cell.source.peek().replace(new RegExp(`(?<![.\\w])${from}(?!\\w)`, "g"), to));
  nb.run([cell]);
}
