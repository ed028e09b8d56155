// What is wrong with the notebook, asked of the server a moment after each
// change. The newest text wins: a request for an older one is cancelled.
import { batch, computed, effect, signal, type ReadonlySignal } from "@preact/signals";
import * as api from "../api/check";
import type { Diagnostic, Edit } from "../api/check";
import type { Document } from "./document";

const delay = 350; // ms after the last change

export class Problems {
  /** In the order of the document. */
  readonly list = signal<readonly Diagnostic[]>([]);
  /** The place in the list that the user looks at; -1: none. */
  readonly at = signal(-1);
  readonly current = computed(() => this.list.value[this.at.value] ?? null);
  /** The code whose explanation is shown. */
  readonly explained = signal("");
  readonly byCell = computed(() => {
    const by = new Map<string, Diagnostic[]>();
    for (const d of this.list.value) by.set(d.cell ?? "", [...(by.get(d.cell ?? "") ?? []), d]);
    return by;
  });
  private texts = new Map<string, string>(); // of the cells, as they were checked
  private asking: AbortController | null = null;
  private timer = 0;
  private readonly stop: () => void;

  /** World grows when cells may have written files that others read. */
  constructor(private readonly doc: Document, private readonly path: string, world: ReadonlySignal<number>) {
    this.stop = effect(() => {
      this.doc.revision.value; // what the user changed
      world.value;
      if (this.doc.cells.value.length) this.schedule();
    });
  }

  private schedule(): void {
    this.asking?.abort();
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.ask(), delay);
  }

  private async ask(): Promise<void> {
    const asking = new AbortController();
    this.asking = asking;
    const texts = new Map(this.doc.cells.peek().map((c) => [c.id, c.source.peek()]));
    try {
      const found = await api.check(this.path, this.doc.write(false), asking.signal);
      if (asking.signal.aborted) return;
      batch(() => {
        this.texts = texts;
        this.list.value = found;
        this.at.value = Math.min(this.at.peek(), found.length - 1);
      });
    } catch { /* cancelled, or the server is away, which the page says elsewhere; the next change asks again */ }
  }

  /** Goes to the next problem, or the one before; null if there is none. */
  step(by: 1 | -1): Diagnostic | null {
    const n = this.list.peek().length;
    if (!n) return null;
    const at = this.at.peek();
    this.at.value = at < 0 ? (by > 0 ? 0 : n - 1) : (at + by + n) % n;
    return this.current.peek();
  }

  /** Whether the places of a cell's problems are those of its source now. */
  placed(cell: string): boolean { return this.doc.find(cell)?.source.peek() === this.texts.get(cell); }

  close(): void {
    this.stop();
    this.asking?.abort();
    clearTimeout(this.timer);
  }
}

/** The offset of a line and column, which count characters from 1; the end of the text beyond it. */
export function offsetAt(text: string, line: number, column: number): number {
  let from = 0;
  for (let n = 1; n < line; n++) {
    const end = text.indexOf("\n", from);
    if (end < 0) return text.length;
    from = end + 1;
  }
  const end = text.indexOf("\n", from);
  const whole = text.slice(from, end < 0 ? text.length : end);
  return from + [...whole].slice(0, Math.max(0, column - 1)).join("").length;
}

export interface Change { from: number; to: number; insert: string }

/** Edits as changes of a text. A last line that goes takes the line end before it along. */
export function changesOf(text: string, edits: readonly Edit[]): Change[] {
  return edits.map((e) => {
    const from = offsetAt(text, e.line, e.column), to = offsetAt(text, e.end_line, e.end_column);
    const last = from > 0 && to === text.length && text[from - 1] === "\n" && e.end_line > e.line;
    return { from: last ? from - 1 : from, to, insert: e.text };
  });
}
