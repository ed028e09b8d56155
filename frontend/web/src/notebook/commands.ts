// The commands of the notebook page and their keys, which are Jupyter's.
import type { Command } from "../app/Palette";
import { openPalette } from "../app/Palette";
import { chooseTheme } from "../app/theme";
import { panelOpen, sidebarOpen } from "./layout";
import { kinds } from "./cell";
import type { Notebook } from "./notebook";

/** A key as in "Shift-Enter" or "d d"; plain letters work in command mode only. */
export interface Keyed extends Command { everywhere?: boolean }

export function commandsOf(nb: Notebook): Keyed[] {
  const { doc } = nb;
  const edit = () => {
    const cell = doc.current;
    if (!cell) return;
    if (cell.kind.peek() === "markdown") cell.editing.value = true;
    doc.mode.value = "edit";
  };
  const runAnd = (then: "stay" | "next" | "insert") => () => {
    const cells = doc.selection;
    const last = cells.at(-1);
    nb.run(cells);
    doc.mode.value = "command";
    if (!last) return;
    const i = doc.index(last.id) + 1;
    if (then === "stay") doc.select(last.id);
    else if (then === "insert") { doc.insert(i); edit(); }
    else if (i < doc.cells.peek().length) doc.select(doc.cells.peek()[i]!.id);
    else { doc.insert(i); edit(); }
  };
  const insert = (where: "above" | "below") => () => { doc.insertBeside(where); doc.mode.value = "command"; };
  const each = (f: (c: (typeof doc.selection)[number]) => void) => () => { for (const c of doc.selection) f(c); };
  return [
    { id: "run", title: "Run the cell, go on to the next", keys: "Shift-Enter", everywhere: true, run: runAnd("next") },
    { id: "run-stay", title: "Run the cell", keys: "Ctrl-Enter", everywhere: true, run: runAnd("stay") },
    { id: "run-insert", title: "Run the cell, insert one below", keys: "Alt-Enter", everywhere: true, run: runAnd("insert") },
    { id: "run-all", title: "Run all cells", run: () => nb.runAll() },
    { id: "run-above", title: "Run all cells above", run: () => nb.run(doc.cells.peek().slice(0, doc.index(doc.focus.peek()))) },
    { id: "run-below", title: "Run this cell and all below", run: () => nb.run(doc.cells.peek().slice(doc.index(doc.focus.peek()))) },
    { id: "stop", title: "Stop what runs", keys: "i i", run: () => void nb.stopRunning() },
    { id: "restart", title: "Restart the kernel", keys: "0 0", run: () => void nb.restart(false) },
    { id: "restart-run", title: "Restart the kernel and run all cells", run: () => void nb.restart(true) },
    { id: "edit", title: "Edit the cell", keys: "Enter", run: edit },
    { id: "up", title: "Select the cell above", keys: "ArrowUp", run: () => doc.move(-1) },
    { id: "up-k", title: "Select the cell above", keys: "k", run: () => doc.move(-1) },
    { id: "down", title: "Select the cell below", keys: "ArrowDown", run: () => doc.move(1) },
    { id: "down-j", title: "Select the cell below", keys: "j", run: () => doc.move(1) },
    { id: "extend-up", title: "Extend the selection upwards", keys: "Shift-ArrowUp", run: () => doc.move(-1, true) },
    { id: "extend-down", title: "Extend the selection downwards", keys: "Shift-ArrowDown", run: () => doc.move(1, true) },
    { id: "select-all", title: "Select all cells", keys: "Ctrl-a", run: () => { doc.anchor.value = doc.cells.peek()[0]?.id ?? ""; doc.focus.value = doc.cells.peek().at(-1)?.id ?? ""; } },
    { id: "above", title: "Insert a cell above", keys: "a", run: insert("above") },
    { id: "below", title: "Insert a cell below", keys: "b", run: insert("below") },
    { id: "delete", title: "Delete the selected cells", keys: "d d", run: () => doc.remove() },
    { id: "cut", title: "Cut the selected cells", keys: "x", run: () => { doc.copy(); doc.remove(); } },
    { id: "copy", title: "Copy the selected cells", keys: "c", run: () => doc.copy() },
    { id: "paste", title: "Paste cells below", keys: "v", run: () => doc.paste() },
    { id: "undo", title: "Undo the last change of cells", keys: "z", run: () => void doc.undo() },
    { id: "move-up", title: "Move the selected cells up", keys: "Ctrl-Shift-ArrowUp", everywhere: true, run: () => doc.shift(-1) },
    { id: "move-down", title: "Move the selected cells down", keys: "Ctrl-Shift-ArrowDown", everywhere: true, run: () => doc.shift(1) },
    { id: "merge", title: "Merge the selected cells, or with the one below", keys: "Shift-m", run: () => doc.merge() },
    { id: "split", title: "Split the cell at the cursor", keys: "Ctrl-Shift--", everywhere: true, run: () => split(nb) },
    { id: "markdown", title: "Make it a Markdown cell", keys: "m", run: each((c) => doc.setKind(c, "markdown")) },
    { id: "code", title: "Make it a Starlark cell", keys: "y", run: each((c) => doc.setKind(c, "starlark")) },
    ...kinds.filter((k) => k.kind !== "markdown" && k.kind !== "starlark").map((k) => ({ id: "kind-" + k.kind, title: `Make it: ${k.title}`, run: each((c) => doc.setKind(c, k.kind)) })),
    { id: "fold", title: "Fold or unfold the output", keys: "o", run: each((c) => { c.folded.value = !c.folded.peek(); }) },
    { id: "clear", title: "Clear the output of the selected cells", run: () => void nb.clearOutputs(doc.selection) },
    { id: "clear-all", title: "Clear all outputs", run: () => void nb.clearOutputs(doc.cells.peek().filter((c) => c.isCode)) },
    { id: "keep", title: "Keep as run", run: () => void nb.keep() },
    { id: "save", title: "Save now", keys: "Ctrl-s", everywhere: true, run: () => void nb.saver.save() },
    { id: "find", title: "Find and replace", keys: "Ctrl-f", everywhere: true, run: () => { nb.find.value = true; } },
    { id: "problem", title: "Go to the next problem", keys: "F8", everywhere: true, run: () => nb.nextProblem(1) },
    { id: "problem-before", title: "Go to the problem before", keys: "Shift-F8", everywhere: true, run: () => nb.nextProblem(-1) },
    { id: "fix", title: "Fix the problem that is shown", keys: "Ctrl-.", everywhere: true, run: () => { const d = nb.problems.current.peek(); if (d) nb.fixProblem(d); } },
    { id: "palette", title: "All commands", keys: "Ctrl-Shift-p", everywhere: true, run: () => openPalette(listed(nb)) },
    { id: "palette-h", title: "All commands and their keys", keys: "h", run: () => openPalette(listed(nb)) },
    { id: "panel", title: "Show or hide the panel", run: () => { panelOpen.value = !panelOpen.peek(); } },
    { id: "sidebar", title: "Show or hide the side bar", run: () => { sidebarOpen.value = !sidebarOpen.peek(); } },
    { id: "light", title: "Theme: light", run: () => chooseTheme("light") },
    { id: "dark", title: "Theme: dark", run: () => chooseTheme("dark") },
    { id: "system", title: "Theme: as the system has it", run: () => chooseTheme("system") },
  ];
}

const doubles = new Set(["up-k", "down-j", "palette-h", "palette"]);
const listed = (nb: Notebook) => commandsOf(nb).filter((c) => !doubles.has(c.id));

function split(nb: Notebook): void {
  const cell = nb.doc.current;
  const view = cell && nb.editors.get(cell.id);
  if (cell && view) nb.doc.split(cell, view.state.selection.main.head);
}

/** The name of a key press as the commands write it. */
export function keyName(e: KeyboardEvent): string {
  const letter = e.key.length === 1;
  const key = letter ? e.key.toLowerCase() : e.key;
  const shift = e.shiftKey && (!letter || /[a-z]/i.test(e.key) || e.ctrlKey || e.metaKey);
  const base = letter && e.shiftKey && e.code === "Minus" ? "-" : key;
  return (e.ctrlKey || e.metaKey ? "Ctrl-" : "") + (e.altKey ? "Alt-" : "") + (shift ? "Shift-" : "") + base;
}

const chordTime = 800; // ms between the two keys of "d d"

/** Runs the command of a key press in command mode; false if it has none. */
export class Keys {
  private first = "";
  private at = 0;
  private readonly byKey: Map<string, Keyed>;

  constructor(commands: readonly Keyed[]) {
    this.byKey = new Map(commands.filter((c) => c.keys).map((c) => [c.keys!, c]));
  }

  press(e: KeyboardEvent, commandMode: boolean): boolean {
    const name = keyName(e);
    const chord = this.first && Date.now() - this.at < chordTime ? `${this.first} ${name}` : "";
    const hit = this.byKey.get(chord) ?? this.byKey.get(name);
    this.first = commandMode && [...this.byKey.keys()].some((k) => k.startsWith(name + " ")) && !this.byKey.has(chord) ? name : "";
    this.at = Date.now();
    if (!hit || (!commandMode && !hit.everywhere)) return false;
    hit.run();
    return true;
  }
}
