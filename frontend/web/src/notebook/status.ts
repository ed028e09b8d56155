// What a cell's state is called, and why it is so.
import type { GraphCell } from "../kernel/messages";
import type { Cell } from "./cell";
import type { Notebook } from "./notebook";
import { isEdited } from "./runner";

export type StateName = "none" | "fresh" | "stale" | "queued" | "running" | "cached" | "failed" | "held" | "skipped" | "earlier" | "off";

export interface Status { name: StateName; label: string; why: string }

export function duration(ms: number): string {
  if (ms < 10) return `${ms < 1 ? "<1" : Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(ms < 1000 ? 2 : 1)} s`;
  const minutes = Math.floor(ms / 60_000);
  return minutes < 60 ? `${minutes} min ${Math.round((ms % 60_000) / 1000)} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

export function statusOf(nb: Notebook, cell: Cell): Status {
  const phase = cell.phase.value;
  if (!cell.isCode) return { name: "none", label: "", why: "" };
  if (phase.name === "running") return { name: "running", label: "", why: "It runs now." };
  if (phase.name === "queued") return { name: "queued", label: "queued", why: "It runs when those before it are done." };
  if (cell.has(".disabled")) return { name: "off", label: "disabled", why: "It has the attribute .disabled and does not run." };
  if (cell.kind.value === "python") return { name: "off", label: "not run", why: "An import left it in Python. It is kept and never runs." };
  if (isEdited(cell)) return { name: "stale", label: "edited", why: "It was edited since it ran." };
  const behind = nb.behind.value.get(cell.id);
  const g = cell.graph.value;
  if (behind && g && g.state !== "new") return { name: "stale", label: "stale", why: `${behind}, which it needs, was edited and not run.` };
  return fromGraph(cell, g);
}

function fromGraph(cell: Cell, g: Cell["graph"]["value"]): Status {
  const time = g ? duration(g.run_ms) : "";
  switch (g?.state) {
    case "fresh": case "cached": return g.cached ? cached(g, time) : { name: "fresh", label: time, why: `It is up to date. It took ${time}. ${sentence(g.why)}`.trimEnd() };
    case "stale": return { name: "stale", label: "stale", why: sentence(g.why) || "Something that it read changed." };
    case "failed": return { name: "failed", label: "failed", why: sentence(g.why) };
    case "held": return { name: "held", label: "held", why: sentence(g.why) || "It acts on the outside; run it yourself." };
    case "skipped": return { name: "skipped", label: "skipped", why: sentence(g.why) };
    case "running": return { name: "running", label: "", why: "It runs now." };
    case "queued": return { name: "queued", label: "queued", why: "It runs when those before it are done." };
  }
  const error = cell.outputs.value.findLast((o) => o.output_type === "error");
  if (error?.output_type === "error" && cell.ran.value !== null) return { name: "failed", label: "failed", why: sentence(error.evalue) };
  if (cell.outputs.value.length) return { name: "earlier", label: "from before", why: "The output is of an earlier kernel. Run the cell to bring it up to date." };
  return { name: "none", label: "", why: "It has not run yet." };
}

function cached(g: GraphCell, time: string): Status {
  const saved = g.saved_ms >= 1 ? `, saved ${duration(g.saved_ms)}` : "";
  return { name: "cached", label: "cached" + saved, why: `The same code read the same values before: its result was taken from the store, in ${time}${saved ? ` instead of ${duration(g.run_ms + g.saved_ms)}` : ""}.` };
}

const sentence = (text: string) => (text ? text[0]!.toUpperCase() + text.slice(1) + (/[.!?]$/.test(text) ? "" : ".") : "");
