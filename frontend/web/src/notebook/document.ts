// The document of the page: its cells in order, what is selected, and how it is
// changed. Changes of the order can be undone.
import { batch, computed, signal } from "@preact/signals";
import type { NotebookJSON, NotebookMetadata } from "../api/contents";
import { Cell, type Kind } from "./cell";

interface Step { cells: readonly Cell[]; focus: string }

export class Document {
  readonly cells = signal<readonly Cell[]>([]);
  /** The cell that commands are about, and the other end of the selection. */
  readonly focus = signal("");
  readonly anchor = signal("");
  readonly mode = signal<"command" | "edit">("command");
  /** Grows with every change that a save must write. */
  readonly revision = signal(0);
  readonly title = computed(() => titleOf(this.front.value));
  readonly front = signal("");
  private metadata: NotebookMetadata = {};
  private undone: Step[] = [];
  private deleted: string[] = [];
  private clipboard: { kind: Kind; attrs: string; source: string }[] = [];

  load(json: NotebookJSON): void {
    batch(() => {
      this.metadata = json.metadata;
      this.front.value = json.metadata.wnb?.front_matter ?? "";
      const known = new Map(this.cells.peek().map((c) => [c.id, c]));
      this.cells.value = json.cells.map((one) => adopt(known.get(one.id), Cell.read(one)));
      const ids = this.cells.peek().map((c) => c.id);
      if (!ids.includes(this.focus.peek())) this.select(ids[0] ?? "");
      this.undone = [];
    });
  }

  write(withOutputs: boolean): NotebookJSON {
    const wnb: NotebookMetadata["wnb"] = { ...this.metadata.wnb, front_matter: this.front.peek() };
    delete wnb.outputs_version; // outputs live on the server: a save leaves them alone
    return {
      cells: this.cells.peek().map((c) => c.write(withOutputs)), metadata: { ...this.metadata, wnb }, nbformat: 4, nbformat_minor: 5,
    };
  }

  touch(): void { this.revision.value++; }

  find(id: string): Cell | undefined { return this.cells.peek().find((c) => c.id === id); }
  index(id: string): number { return this.cells.peek().findIndex((c) => c.id === id); }
  get current(): Cell | undefined { return this.find(this.focus.peek()); }

  select(id: string, extend = false): void {
    batch(() => {
      this.focus.value = id;
      if (!extend) this.anchor.value = id;
    });
  }

  /** The selected cells, in order. */
  get selection(): Cell[] {
    const [a, b] = [this.index(this.anchor.peek()), this.index(this.focus.peek())].sort((x, y) => x - y);
    return b! < 0 ? [] : this.cells.peek().slice(Math.max(0, a!), b! + 1);
  }

  isSelected(id: string): boolean {
    const cells = this.cells.value;
    const at = (of: string) => cells.findIndex((c) => c.id === of);
    const [a, b] = [at(this.anchor.value), at(this.focus.value)].sort((x, y) => x - y);
    const i = at(id);
    return i >= a! && i <= b!;
  }

  move(by: number, extend = false): void {
    const i = this.index(this.focus.peek()) + by;
    const cell = this.cells.peek()[i];
    if (cell) this.select(cell.id, extend);
  }

  private change(cells: readonly Cell[], focus: string): void {
    batch(() => {
      this.undone.push({ cells: this.cells.peek(), focus: this.focus.peek() });
      const kept = new Set(cells.map((c) => c.id));
      this.deleted.push(...this.cells.peek().filter((c) => !kept.has(c.id)).map((c) => c.id));
      this.cells.value = cells;
      this.select(focus);
      this.touch();
    });
  }

  undo(): boolean {
    const step = this.undone.pop();
    if (!step) return false;
    batch(() => {
      this.cells.value = step.cells;
      this.select(step.focus);
      this.touch();
    });
    return true;
  }

  /** The cells that went since the last call, for the kernel to forget. */
  takeDeleted(): string[] {
    const there = new Set(this.cells.peek().map((c) => c.id));
    return this.deleted.splice(0).filter((id) => !there.has(id));
  }

  private freshID(kind: Kind): string {
    const used = new Set(this.cells.peek().map((c) => c.id));
    for (const step of this.undone) for (const c of step.cells) used.add(c.id);
    const stem = kind === "markdown" ? "text" : "cell";
    for (let n = 1; ; n++) if (!used.has(`${stem}-${n}`)) return `${stem}-${n}`;
  }

  insert(at: number, kind: Kind = "starlark", source = "", attrs = ""): Cell {
    const cell = new Cell(this.freshID(kind), kind, attrs, source);
    const cells = [...this.cells.peek()];
    cells.splice(at, 0, cell);
    this.change(cells, cell.id);
    return cell;
  }

  insertBeside(where: "above" | "below", kind: Kind = "starlark"): Cell {
    const i = this.index(this.focus.peek());
    return this.insert(where === "above" ? Math.max(0, i) : i + 1, kind);
  }

  remove(): void {
    const gone = new Set(this.selection);
    if (!gone.size) return;
    const cells = this.cells.peek();
    const first = cells.findIndex((c) => gone.has(c));
    const left = cells.filter((c) => !gone.has(c));
    const next = left[Math.min(first, left.length - 1)];
    this.change(left, next?.id ?? "");
    if (!left.length) this.insert(0);
  }

  copy(): void {
    this.clipboard = this.selection.map((c) => ({ kind: c.kind.peek(), attrs: c.attrs.peek(), source: c.source.peek() }));
  }

  paste(): void {
    let at = this.index(this.focus.peek()) + 1;
    for (const one of this.clipboard) this.insert(at++, one.kind, one.source, one.attrs);
  }

  /** Moves the selection so that its first cell is before the cell that was at index to. */
  reorder(to: number): void {
    const moving = this.selection;
    const cells = this.cells.peek();
    const before = cells.slice(0, to).filter((c) => !moving.includes(c)).length;
    const rest = cells.filter((c) => !moving.includes(c));
    rest.splice(before, 0, ...moving);
    if (rest.every((c, i) => c === cells[i])) return;
    const [anchor, focus] = [this.anchor.peek(), this.focus.peek()];
    this.change(rest, focus);
    this.anchor.value = anchor;
  }

  shift(by: -1 | 1): void {
    const moving = this.selection;
    if (!moving.length) return;
    const first = this.index(moving[0]!.id);
    const to = by < 0 ? first - 1 : first + moving.length + 1;
    if (to >= 0 && to <= this.cells.peek().length) this.reorder(to);
  }

  /** Makes a cell of another kind. It keeps its id, and so its place in the graph. */
  setKind(cell: Cell, kind: Kind): void {
    if (cell.kind.peek() === kind) return;
    batch(() => {
      const json = cell.write(true);
      const other = new Cell(cell.id, kind, cell.attrs.peek(), cell.source.peek(), { ...json, outputs: kind === "markdown" ? [] : json.outputs });
      other.editing.value = kind === "markdown";
      this.change(this.cells.peek().map((c) => (c === cell ? other : c)), cell.id);
    });
  }

  /** Splits a cell at an offset of its source. */
  split(cell: Cell, at: number): Cell {
    const text = cell.source.peek();
    const rest = this.insert(this.index(cell.id) + 1, cell.kind.peek(), text.slice(at).replace(/^\n+/, ""), "");
    this.setSource(cell, text.slice(0, at).replace(/\n+$/, ""));
    return rest;
  }

  merge(): void {
    const all = this.selection.length > 1 ? this.selection : [this.current, this.cells.peek()[this.index(this.focus.peek()) + 1]];
    const [first, ...rest] = all.filter((c): c is Cell => c !== undefined);
    if (!first || !rest.length) return;
    const source = [first, ...rest].map((c) => c.source.peek()).join(first.isCode ? "\n" : "\n\n");
    this.change(this.cells.peek().filter((c) => !rest.includes(c)), first.id);
    this.setSource(first, source);
  }

  setSource(cell: Cell, source: string): void {
    if (cell.source.peek() === source) return;
    cell.editor = null;
    cell.source.value = source;
    this.touch();
  }

  setFront(front: string): void {
    this.front.value = front;
    this.touch();
  }
}

/** Keeps the cell of the page where the one read says the same, with its editor. */
function adopt(have: Cell | undefined, read: Cell): Cell {
  if (!have || have.kind.peek() !== read.kind.peek()) return read;
  have.attrs.value = read.attrs.peek();
  if (have.source.peek() !== read.source.peek()) {
    have.editor = null;
    have.source.value = read.source.peek();
  }
  have.metadata = read.metadata;
  have.attachments = read.attachments;
  if (have.phase.peek().name === "none") {
    have.outputs.value = read.outputs.peek();
    have.count.value = read.count.peek();
  }
  return have;
}

function titleOf(front: string): string {
  const line = /^title:\s*(.+)$/m.exec(front)?.[1]?.trim() ?? "";
  return line.replace(/^(["'])(.*)\1$/, "$2");
}
