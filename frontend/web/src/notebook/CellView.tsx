// One cell: its state at the left edge, its name and time above, then source and
// outputs.
import { useLayoutEffect, useRef } from "preact/hooks";
import { Outputs } from "../outputs/Outputs";
import { memo } from "../outputs/memo";
import type { Cell } from "./cell";
import { CellHead } from "./CellHead";
import { CodeEditor } from "./CodeEditor";
import { fixFor } from "./fix";
import { Markdown } from "./Markdown";
import type { Notebook } from "./notebook";
import { CellProblems } from "./ProblemViews";
import { Question } from "./Question";
import { statusOf } from "./status";

function Results({ nb, cell }: { nb: Notebook; cell: Cell }) {
  const outputs = cell.outputs.value;
  const asks = nb.runner.question.value?.cell === cell.id;
  if ((!outputs.length || cell.has(".hide-output")) && !asks) return null;
  if (cell.folded.value) {
    return <button type="button" class="fold" onClick={() => { cell.folded.value = false; }}>Output is folded. Show it</button>;
  }
  return (
    <div class="outputs" aria-label={`Output of ${cell.id}`}>
      <Outputs outputs={outputs} goTo={(p) => nb.goTo(p.cell, p.line, p.column)} known={(id) => nb.doc.find(id) !== undefined} fix={fixFor(nb, cell, outputs)} set={nb.setInput} />
      {asks && <Question nb={nb} />}
    </div>
  );
}

function Body({ nb, cell }: { nb: Notebook; cell: Cell }) {
  const kind = cell.kind.value;
  if (kind === "markdown" && !cell.editing.value) {
    const text = cell.source.value;
    return (
      <div class="text" onDblClick={() => { cell.editing.value = true; nb.doc.select(cell.id); nb.doc.mode.value = "edit"; }}>
        {text.trim() ? <Markdown source={text} dir={nb.dir} /> : <p class="empty">Empty text. Press Enter to write.</p>}
      </div>
    );
  }
  if (cell.has(".hide-code") && !(nb.doc.focus.value === cell.id && nb.doc.mode.value === "edit")) {
    return <button type="button" class="fold" onClick={() => { nb.doc.select(cell.id); nb.doc.mode.value = "edit"; }}>Code is hidden. Show it</button>;
  }
  return <CodeEditor nb={nb} cell={cell} />;
}

function View({ nb, cell }: { nb: Notebook; cell: Cell }) {
  const { doc } = nb;
  const ref = useRef<HTMLElement>(null);
  const status = statusOf(nb, cell);
  const focused = doc.focus.value === cell.id;
  const selected = doc.isSelected(cell.id);
  const command = doc.mode.value === "command";
  const pressed = useRef<"" | "cell" | "control">(""); // what the pointer pressed to come here
  useLayoutEffect(() => {
    const by = pressed.current;
    pressed.current = "";
    if (!focused || !command || by === "control") return; // a control keeps the focus and stays where it is
    const at = document.activeElement;
    if (at && at !== document.body && !ref.current!.closest(".cells")?.contains(at)) return; // the user is elsewhere
    if (at && at !== ref.current && ref.current!.contains(at) && !at.closest(".cm-editor")) return; // or at a control of the cell
    ref.current!.focus({ preventScroll: true });
    if (!by) ref.current!.scrollIntoView({ block: "nearest" });
  }, [focused, command]);
  const pick = (e: MouseEvent) => {
    const inside = (e.target as Element).closest("button, a, input, select, label, .cm-editor, summary, .menu-root, iframe, [data-keys]");
    if (inside) {
      if (focused || (e.target as Element).closest(".cm-editor")) return;
      pressed.current = "control";
      doc.select(cell.id);
      return;
    }
    if (!focused || !command) pressed.current = "cell";
    doc.select(cell.id, e.shiftKey);
    const toEdit = (e.target as Element).closest(".static") !== null && !e.shiftKey; // a click on source before its editor is there
    doc.mode.value = toEdit ? "edit" : "command";
    if (toEdit) e.preventDefault();
    if (e.shiftKey) e.preventDefault();
  };
  const said = status.label || (status.name === "running" ? "running" : "");
  return (
    <article ref={ref} class="cell" id={"cell-" + cell.id} data-id={cell.id} data-kind={cell.isCode ? "code" : cell.kind.value} data-state={status.name}
      data-selected={selected || undefined} data-focused={focused || undefined} data-mode={focused ? doc.mode.value : undefined}
      tabIndex={focused ? 0 : -1} aria-label={`${cell.isCode ? "Cell" : "Text"} ${cell.id}${said ? ", " + said : ""}`} onMouseDown={pick}>
      <div class="bar" title={status.why} aria-hidden="true" />
      <CellHead nb={nb} cell={cell} status={status} />
      <CellProblems nb={nb} cell={cell} />
      <Body nb={nb} cell={cell} />
      {cell.isCode && <Results nb={nb} cell={cell} />}
    </article>
  );
}

export const CellView = memo(View, (a, b) => a.cell === b.cell && a.nb === b.nb);
