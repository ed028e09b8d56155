// What is above the source of a cell: its name, its state and what can be done.
import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { Icon } from "../app/Icon";
import { Menu } from "../app/Menu";
import { askText } from "../app/Dialog";
import { kinds, type Cell } from "./cell";
import { startDrag } from "./drag";
import type { Notebook } from "./notebook";
import { duration, type Status } from "./status";

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

export function CellHead({ nb, cell, status }: { nb: Notebook; cell: Cell; status: Status }) {
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
