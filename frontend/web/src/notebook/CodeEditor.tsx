// The source of a cell: an editor when it is near the screen, coloured text
// before. Both have the same lines at the same places.
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { untracked } from "@preact/signals";
import { EditorView, type KeyBinding } from "@codemirror/view";
import { assist, closeHelp } from "./assist";
import type { Cell } from "./cell";
import { makeState, setFound } from "./editor";
import { highlighted } from "./highlight";
import type { Notebook } from "./notebook";
import { markProblems } from "./squiggles";

const near = "800px 0px"; // where editors are made

function keysOf(nb: Notebook, cell: Cell): KeyBinding[] {
  const { doc } = nb;
  const leave = (by: -1 | 1) => (view: EditorView) => {
    const { main } = view.state.selection;
    const line = view.state.doc.lineAt(main.head).number;
    if (!main.empty || line !== (by < 0 ? 1 : view.state.doc.lines)) return false;
    const next = doc.cells.peek()[doc.index(cell.id) + by];
    if (!next) return false;
    if (next.kind.peek() === "markdown" && !next.editing.peek()) doc.mode.value = "command";
    doc.select(next.id);
    return true;
  };
  return [
    { key: "Escape", run: (view) => { if (closeHelp(view)) return true; doc.mode.value = "command"; return true; } },
    { key: "ArrowUp", run: leave(-1) },
    { key: "ArrowDown", run: leave(1) },
  ];
}

function useNear(force: boolean): [(e: HTMLElement | null) => void, boolean] {
  const [isNear, setNear] = useState(false);
  const host = useRef<HTMLElement | null>(null);
  useEffect(() => {
    if (isNear || !host.current) return;
    const watch = new IntersectionObserver((seen) => { if (seen.some((s) => s.isIntersecting)) setNear(true); }, { root: host.current.closest(".scroll-root"), rootMargin: near });
    watch.observe(host.current);
    return () => watch.disconnect();
  }, [isNear]);
  return [(e) => { host.current = e; }, isNear || force];
}

export function CodeEditor({ nb, cell }: { nb: Notebook; cell: Cell }) {
  const focused = nb.doc.focus.value === cell.id;
  const editing = focused && nb.doc.mode.value === "edit";
  const target = nb.reveal.value?.cell === cell.id;
  const [ref, live] = useNear(editing || target);
  return <div class="code" ref={ref}>{live ? <Live nb={nb} cell={cell} editing={editing} /> : <pre class="static"><code>{highlighted(cell.source.value, cell.kind.value)}</code></pre>}</div>;
}

function Live({ nb, cell, editing }: { nb: Notebook; cell: Cell; editing: boolean }) {
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  useLayoutEffect(() => {
    const kind = cell.kind.peek();
    const options = {
      language: kind, label: `Source of ${cell.id}`, keys: keysOf(nb, cell), wrap: kind === "markdown" || kind === "raw",
      hint: kind === "markdown" ? "Write Markdown; $x$ is a formula" : "",
      // Enter goes into the source of the focused cell; Tab, which indents there, passes it.
      extensions: [EditorView.contentAttributes.of({ tabindex: "-1" }), cell.isCode && kind === "starlark" ? assist(() => nb.runner.connection) : []],
      changed: (text: string, state: EditorView["state"]) => { cell.editor = state; cell.source.value = text; nb.doc.touch(); },
      focused: (has: boolean) => {
        if (!has) return;
        if (nb.doc.focus.peek() !== cell.id) nb.doc.select(cell.id);
        nb.doc.mode.value = "edit";
      },
    };
    const v = new EditorView({ state: cell.editor ?? makeState(cell.source.peek(), options), parent: host.current! });
    view.current = v;
    nb.editors.set(cell.id, v);
    return () => {
      cell.editor = null; // its extensions belong to this view
      nb.editors.delete(cell.id);
      v.destroy();
    };
  }, [cell, nb]);
  useEffect(() => cell.source.subscribe((text) => untracked(() => {
    const v = view.current;
    if (v && v.state.doc.toString() !== text) v.dispatch({ changes: { from: 0, to: v.state.doc.length, insert: text } });
  })), [cell]);
  useEffect(() => nb.problems.byCell.subscribe((by) => {
    const v = view.current, found = by.get(cell.id) ?? [];
    if (!v || !nb.problems.placed(cell.id)) return;
    markProblems(v, found, { explain: (code) => { nb.problems.explained.value = code; }, fix: (d) => nb.fixProblem(d) });
  }), [cell, nb]);
  useEffect(() => {
    const v = view.current!;
    if (editing && !v.hasFocus) v.focus();
    if (!editing && v.hasFocus) v.contentDOM.blur();
  }, [editing]);
  useEffect(() => nb.reveal.subscribe((at) => {
    if (at?.cell === cell.id) queueMicrotask(() => show(nb, view.current!, at.line, at.column));
  }), [cell, nb]);
  return <div class="live" ref={host} />;
}

function show(nb: Notebook, v: EditorView, line: number, column: number): void {
  nb.reveal.value = null;
  if (!v.dom.isConnected) return;
  if (line < 1) { v.dom.scrollIntoView({ block: "center" }); return; }
  const at = v.state.doc.line(Math.min(line, v.state.doc.lines));
  const pos = Math.min(at.to, at.from + Math.max(0, column - 1));
  nb.doc.mode.value = "edit";
  v.dispatch({ selection: { anchor: pos }, effects: [EditorView.scrollIntoView(pos, { y: "center" }), setFound.of([])] });
  v.focus();
}
