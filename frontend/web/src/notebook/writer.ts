// Writes the outputs of cells as the kernel tells of them. Increments are applied
// only where this page saw their beginning; everything else (a reload in the middle
// of a cell, another client's requests) is read again from the document, which the
// server keeps complete.
import { batch } from "@preact/signals";
import * as contents from "../api/contents";
import type { OutputJSON } from "../api/contents";
import type { Message } from "../kernel/messages";
import type { Cell } from "./cell";
import type { Document } from "./document";
import * as outputs from "./outputs";

/** How the outputs of a cell that is being written stand. */
interface Writing {
  clearNext: boolean; // what is there goes when something comes
  old: number; // outputs of the run before that still show, behind the new ones
}

export type OutputMessage = Message & { type: "stream" | "display_data" | "execute_result" | "error" | "clear_output" };

type Shown = Parameters<typeof outputs.updateDisplay>[1];

const linger = 400; // ms that old outputs stay behind the first new one, so that nothing jumps where all come again
const soon = 400; // ms between a message that was not followed and a look at the document

export class Writer {
  private writing = new Map<string, Map<Cell, Writing>>(); // by request
  private refresh = 0;
  private reads = 0;

  constructor(private readonly doc: Document, private readonly path: () => string) {}

  /** A cell begins to run: what it shows is replaced by what comes. */
  begin(request: string, cell: Cell): void {
    this.forget(cell);
    const of = this.writing.get(request) ?? new Map<Cell, Writing>();
    this.writing.set(request, of.set(cell, { clearNext: true, old: 0 }));
  }

  /** What comes for requests before the last one of a cell is not followed. */
  private forget(cell: Cell): void {
    for (const [request, of] of this.writing) {
      const w = of.get(cell);
      if (w) w.old = 0; // for the timer that would drop them
      if (of.delete(cell) && !of.size) this.writing.delete(request);
    }
  }

  heard(m: OutputMessage, request: string, cell: Cell): void {
    if (m.type === "clear_output" && !this.writing.get(request)?.has(cell)) this.begin(request, cell); // it runs again
    const w = this.writing.get(request)?.get(cell);
    if (!w) return this.readSoon();
    if (m.type === "clear_output") {
      w.clearNext = m.content.wait;
      if (!m.content.wait) { w.old = 0; cell.outputs.value = []; }
      return;
    }
    if (w.clearNext) this.replace(w, cell);
    const { all, old } = outputs.over(cell.outputs.peek(), w.old, (have) => extended(have, m));
    w.old = old;
    cell.outputs.value = all;
    if (m.type === "display_data") this.updateShown(m.content);
  }

  private replace(w: Writing, cell: Cell): void {
    w.clearNext = false;
    w.old = cell.outputs.peek().length;
    if (w.old) window.setTimeout(() => dropOld(w, cell), linger);
  }

  /** The cell of a request gave its values: without an output, it shows nothing. */
  replied(request: string, cell: Cell): void {
    const w = this.writing.get(request)?.get(cell);
    if (w?.clearNext) { cell.outputs.value = []; w.clearNext = false; }
  }

  /** A request has ended, with all that ran for it. */
  ended(request: string, cell: Cell): void {
    const of = this.writing.get(request);
    this.writing.delete(request);
    for (const [other, w] of of ?? []) {
      if (w.clearNext) other.outputs.value = [];
      dropOld(w, other);
    }
    if (!of?.has(cell)) this.read();
  }

  /** An id that is shown a second time is updated where it was shown before. */
  private updateShown(c: Shown): boolean {
    let found = false;
    for (const cell of this.doc.cells.peek()) {
      const before = cell.outputs.peek();
      cell.outputs.value = outputs.updateDisplay(before, c);
      found ||= cell.outputs.peek() !== before;
    }
    return found;
  }

  /** A display is shown in a newer form. One whose beginning this page did not see is read again. */
  update(c: Shown): void {
    if (c.transient?.display_id && !this.updateShown(c)) this.readSoon();
  }

  readSoon(): void {
    if (!this.refresh) this.refresh = window.setTimeout(() => this.read(), soon);
  }

  /** Reads outputs that this page did not follow. */
  read(): void {
    clearTimeout(this.refresh);
    this.refresh = 0;
    const before = new Map(this.doc.cells.peek().map((c) => [c, c.outputs.peek()]));
    const mine = ++this.reads;
    void contents.notebook(this.path()).then(({ content }) => batch(() => {
      if (mine !== this.reads) return; // a later answer is on its way
      for (const json of content.cells) {
        const cell = this.doc.find(json.id);
        // What came meanwhile is newer than the answer.
        if (!cell || json.cell_type !== "code" || before.get(cell) !== cell.outputs.peek()) continue;
        for (const of of this.writing.values()) { const w = of.get(cell); if (w) w.old = 0; }
        cell.outputs.value = json.outputs ?? [];
        cell.count.value = json.execution_count ?? 0;
      }
    })).catch(() => undefined); // the next message, or the reconnection, tries again
  }

  close(): void { clearTimeout(this.refresh); }
}

function dropOld(w: Writing, cell: Cell): void {
  const all = cell.outputs.peek();
  if (w.old) cell.outputs.value = all.slice(0, Math.max(0, all.length - w.old));
  w.old = 0;
}

function extended(have: OutputJSON[], m: Exclude<OutputMessage, { type: "clear_output" }>): OutputJSON[] {
  switch (m.type) {
    case "stream": return outputs.appendStream(have, m.content.name, m.content.text);
    case "display_data": return outputs.appendDisplay(have, m.content);
    case "execute_result": return outputs.appendResult(have, m.content);
    case "error": return outputs.appendError(have, m.content);
  }
}
