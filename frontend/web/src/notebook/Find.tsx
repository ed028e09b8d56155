// Find and replace in the sources of all cells.
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { EditorView } from "@codemirror/view";
import type { Cell } from "./cell";
import { setFound } from "./editor";
import type { Notebook } from "./notebook";

interface Match { cell: Cell; from: number; to: number }

const limit = 5000; // matches

function pattern(query: string, regex: boolean, matchCase: boolean): RegExp | null {
  if (!query) return null;
  try {
    return new RegExp(regex ? query : query.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"), matchCase ? "gu" : "giu");
  } catch {
    return null;
  }
}

function search(cells: readonly Cell[], re: RegExp | null): Match[] {
  const out: Match[] = [];
  if (!re) return out;
  for (const cell of cells) {
    for (const m of cell.source.value.matchAll(re)) {
      if (m[0]) out.push({ cell, from: m.index, to: m.index + m[0].length });
      if (out.length >= limit) return out;
    }
  }
  return out;
}

export function Find({ nb }: { nb: Notebook }) {
  const [query, setQuery] = useState("");
  const [by, setBy] = useState("");
  const [regex, setRegex] = useState(false);
  const [matchCase, setCase] = useState(false);
  const [at, setAt] = useState(0);
  const input = useRef<HTMLInputElement>(null);
  const re = useMemo(() => pattern(query, regex, matchCase), [query, regex, matchCase]);
  const matches = search(nb.doc.cells.value, re);
  const wrong = query !== "" && !re;
  useLayoutEffect(() => { input.current?.focus(); input.current?.select(); }, []);
  useEffect(() => {
    for (const [id, view] of nb.editors) view.dispatch({ effects: setFound.of(matches.filter((m) => m.cell.id === id && m.to <= view.state.doc.length)) });
  });
  useEffect(() => () => { for (const view of nb.editors.values()) view.dispatch({ effects: setFound.of([]) }); }, []);
  const go = (to: number) => {
    if (!matches.length) return;
    const i = (to + matches.length) % matches.length;
    setAt(i);
    const { cell, from, to: end } = matches[i]!;
    if (cell.kind.peek() === "markdown") cell.editing.value = true;
    nb.doc.select(cell.id);
    const element = document.getElementById("cell-" + cell.id);
    const view = nb.editors.get(cell.id);
    if (view) view.dispatch({ selection: { anchor: from, head: end }, effects: EditorView.scrollIntoView(from, { y: "center" }) });
    else element?.scrollIntoView({ block: "center" });
  };
  const replaceIn = (m: Match) => {
    const text = m.cell.source.peek();
    const one = pattern(query, regex, matchCase)!;
    const next = regex ? text.slice(m.from, m.to).replace(one, by) : by;
    nb.doc.setSource(m.cell, text.slice(0, m.from) + next + text.slice(m.to));
  };
  const replaceAll = () => { for (const m of [...matches].reverse()) replaceIn(m); };
  const keys = (e: KeyboardEvent) => {
    if (e.key === "Escape") { nb.find.value = false; nb.doc.mode.value = "command"; }
    if (e.key === "Enter") { e.preventDefault(); go(e.shiftKey ? at - 1 : at + 1); }
  };
  const count = wrong ? "not a pattern" : !query ? "" : matches.length ? `${Math.min(at + 1, matches.length)} of ${matches.length}${matches.length === limit ? "+" : ""}` : "nothing found";
  return (
    <div class="find" role="search" aria-label="Find and replace" onKeyDown={keys}>
      <input ref={input} type="text" placeholder="Find" aria-label="Find" aria-invalid={wrong} value={query} onInput={(e) => { setQuery(e.currentTarget.value); setAt(-1); }} />
      <span class="count" aria-live="polite">{count}</span>
      <button type="button" class="icon" aria-label="Previous match" title="Previous (Shift-Enter)" onClick={() => go(at - 1)}>↑</button>
      <button type="button" class="icon" aria-label="Next match" title="Next (Enter)" onClick={() => go(at + 1)}>↓</button>
      <label class="check" title="Match case"><input type="checkbox" checked={matchCase} onChange={(e) => setCase(e.currentTarget.checked)} />Aa</label>
      <label class="check" title="Regular expression"><input type="checkbox" checked={regex} onChange={(e) => setRegex(e.currentTarget.checked)} />.*</label>
      <input type="text" placeholder="Replace by" aria-label="Replace by" value={by} onInput={(e) => setBy(e.currentTarget.value)} />
      <button type="button" disabled={!matches.length} onClick={() => { const m = matches[Math.max(0, Math.min(at, matches.length - 1))]; if (m) replaceIn(m); }}>Replace</button>
      <button type="button" disabled={!matches.length} onClick={replaceAll}>Replace all</button>
      <button type="button" class="icon" aria-label="Close find" onClick={() => { nb.find.value = false; }}>✕</button>
    </div>
  );
}
