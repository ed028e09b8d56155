// One cell: its state at the left edge, its name and time above, then source and
// outputs.
import { signal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { Icon } from "../app/Icon";
import { Menu } from "../app/Menu";
import { askText } from "../app/Dialog";
import { Outputs } from "../outputs/Outputs";
import { memo } from "../outputs/memo";
import { kinds, type Cell } from "./cell";
import { CodeEditor } from "./CodeEditor";
import { startDrag } from "./drag";
import { fixFor } from "./fix";
import { Markdown } from "./Markdown";
import type { Notebook } from "./notebook";
import { CellProblems } from "./ProblemViews";
import { duration, statusOf, type Status } from "./status";

/** The time, while something on the page counts it. */
const now = signal(Date.now());

function Elapsed({ since }: { since: number }) {
  useEffect(() => {
    const timer = setInterval(() => { now.value = Date.now(); }, 100);
    return () => clearInterval(timer);
  }, []);
  const ms = Math.max(0, now.value - since);
  return <>{ms < 60_000 ? `${(ms / 1000).toFixed(1)} s` : duration(ms)}</>;
}

function StateLabel({ cell, status }: { cell: Cell; status: Status }) {
  const phase = cell.phase.value;
  return (
    <span class={`state state-${status.name}`} title={status.why}>
      {phase.name === "running" ? <>running <Elapsed since={phase.since} /></> : status.label}
    </span>
  );
}

function Head({ nb, cell, status }: { nb: Notebook; cell: Cell; status: Status }) {
  const kind = cell.kind.value;
  const { doc } = nb;
  const items = () => [
    { label: "Run", hint: "Ctrl-Enter", run: () => nb.run([cell]), disabled: !cell.isCode },
    { label: "Insert above", hint: "A", run: () => { doc.select(cell.id); doc.insertBeside("above"); } },
    { label: "Insert below", hint: "B", run: () => { doc.select(cell.id); doc.insertBeside("below"); } },
    { label: "Attributes…", run: () => void editAttributes(nb, cell), disabled: !cell.isCode },
    { label: cell.folded.peek() ? "Unfold output" : "Fold output", hint: "O", run: () => { cell.folded.value = !cell.folded.peek(); }, disabled: !cell.isCode },
    { label: "Clear output", run: () => void nb.clearOutputs([cell]), disabled: !cell.outputs.peek().length },
    null,
    ...kinds.map((k) => ({ label: k.title, checked: k.kind === kind, run: () => doc.setKind(cell, k.kind) })),
    null,
    { label: "Delete", hint: "D D", danger: true, run: () => { doc.select(cell.id); doc.remove(); } },
  ];
  return (
    <header>
      <span class="name">{cell.id}</span>
      {cell.isCode && kind !== "starlark" && <span class="kind">{kind}</span>}
      {cell.attrs.value && <span class="attrs" title="Attributes of the cell">{cell.attrs.value}</span>}
      <span class="space" />
      {cell.isCode && <StateLabel cell={cell} status={status} />}
      <span class="tools">
        {cell.isCode && <button type="button" class="icon" tabIndex={-1} title="Run (Ctrl-Enter)" aria-label={`Run ${cell.id}`} onClick={() => nb.run([cell])}><Icon name="run" /></button>}
        <button type="button" class="icon grip" tabIndex={-1} title="Drag to move (Ctrl-Shift-arrows)" aria-label={`Move ${cell.id}`} onPointerDown={(e) => startDrag(nb, cell, e)}><Icon name="grip" /></button>
        <Menu label={`More about ${cell.id}`} items={items}><Icon name="more" /></Menu>
      </span>
    </header>
  );
}

async function editAttributes(nb: Notebook, cell: Cell): Promise<void> {
  const text = await askText(`Attributes of ${cell.id}`, "For example: after=load cache=off .hide-code timeout=30s", cell.attrs.peek(), "Set");
  if (text === null) return;
  cell.attrs.value = text.trim();
  nb.doc.touch();
}

function Question({ nb }: { nb: Notebook }) {
  const q = nb.runner.question.value!;
  const [text, setText] = useState("");
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => input.current?.focus(), []);
  return (
    <form class="question" onSubmit={(e) => { e.preventDefault(); q.answer(text); }}>
      <label><span>{q.prompt || "The cell asks for a line of text"}</span>
        {q.password
          ? <input ref={input} type="password" value={text} onInput={(e) => setText(e.currentTarget.value)} />
          : <input ref={input} type="text" value={text} onInput={(e) => setText(e.currentTarget.value)} />}
      </label>
      <button type="submit" class="primary">Answer</button>
    </form>
  );
}

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
  useLayoutEffect(() => {
    if (!focused || !command) return;
    const at = document.activeElement;
    if (at && at !== document.body && !ref.current!.closest(".cells")?.contains(at)) return; // the user is elsewhere
    ref.current!.focus({ preventScroll: true });
    ref.current!.scrollIntoView({ block: "nearest" });
  }, [focused, command]);
  const pick = (e: MouseEvent) => {
    const inside = (e.target as Element).closest("button, a, input, .cm-editor, summary, .menu-root, iframe");
    if (inside) { if (!focused && !(e.target as Element).closest(".cm-editor")) doc.select(cell.id); return; }
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
      <Head nb={nb} cell={cell} status={status} />
      <CellProblems nb={nb} cell={cell} />
      <Body nb={nb} cell={cell} />
      {cell.isCode && <Results nb={nb} cell={cell} />}
    </article>
  );
}

export const CellView = memo(View, (a, b) => a.cell === b.cell && a.nb === b.nb);
