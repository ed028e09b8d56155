// A notebook that is open: its document, its kernel, its file, its settings.
import { computed, effect, signal } from "@preact/signals";
import type { EditorView } from "@codemirror/view";
import type { Diagnostic } from "../api/check";
import * as contents from "../api/contents";
import * as sessions from "../api/sessions";
import { complain, toast } from "../app/toasts";
import { folderOf } from "../app/route";
import type { Cell } from "./cell";
import { Document } from "./document";
import { Problems, changesOf } from "./problems";
import { Runner, isEdited } from "./runner";
import { Saver } from "./saver";
import { NotebookSettings } from "./settings";

export class Notebook {
  readonly doc = new Document();
  readonly runner: Runner;
  readonly saver: Saver;
  readonly problems: Problems;
  readonly settings: NotebookSettings;
  readonly opened = signal(false);
  readonly failure = signal("");
  /** The cell that findings and links lead to, and where in it. */
  readonly reveal = signal<{ cell: string; line: number; column: number } | null>(null);
  readonly find = signal(false);
  /** Index before which dragged cells would land; -1: nothing is dragged. */
  readonly dropAt = signal(-1);
  readonly editors = new Map<string, EditorView>();
  readonly dir: string;
  private readonly stop: (() => void)[] = [];

  constructor(readonly path: string) {
    this.dir = folderOf(path);
    this.settings = new NotebookSettings(path);
    this.saver = new Saver(this.doc, path, (m) => toast(m));
    this.runner = new Runner(this.doc, () => path, () => this.saver.save());
    this.problems = new Problems(this.doc, path, this.runner.generation);
  }

  /** Ids of cells whose inputs were edited and not run again, with the cell that was. */
  readonly behind = computed(() => {
    const out = new Map<string, string>();
    const edges = this.runner.graph.value.edges;
    const edited = this.doc.cells.value.filter((c) => c.isCode && isEdited(c)).map((c) => c.id);
    const visit = (id: string, root: string) => {
      for (const [from, to] of edges) if (from === id && !out.has(to)) { out.set(to, root); visit(to, root); }
    };
    for (const id of edited) visit(id, id);
    return out;
  });

  async open(): Promise<void> {
    try {
      const file = await contents.notebook(this.path);
      this.doc.load(file.content);
      this.saver.loaded(file.hash ?? "", file.content);
      this.opened.value = true;
    } catch (e) {
      this.failure.value = (e as Error).message;
      return;
    }
    const leave = (e: BeforeUnloadEvent) => { if (this.saver.dirty) { void this.saver.save(); e.preventDefault(); } };
    addEventListener("beforeunload", leave);
    this.stop.push(() => removeEventListener("beforeunload", leave));
    this.stop.push(this.followFront());
    await this.runner.start();
  }

  /** Reads the settings again when the front matter was saved. */
  private followFront(): () => void {
    let front: string | null = null;
    return effect(() => {
      const now = this.doc.front.value;
      if (this.saver.state.value !== "saved" || now === front) return;
      front = now;
      void this.settings.read();
    });
  }

  run(cells: readonly Cell[]): void {
    for (const c of cells) if (c.kind.peek() === "markdown") c.editing.value = false;
    this.runner.run(cells);
  }

  runAll(): void { this.run(this.doc.cells.peek()); }

  async stopRunning(): Promise<void> { await this.runner.stop().catch(complain); }

  async restart(thenRun: boolean): Promise<void> {
    try {
      await this.runner.restart();
      toast("The kernel is new. Cells show what they put out before until they run again.");
      if (thenRun) this.runAll();
    } catch (e) { complain(e); }
  }

  /** Changes a parameter; cells that read it are stale then. */
  async setParam(name: string, value: unknown): Promise<void> {
    await this.settings.change({ params: { [name]: value } }).catch(complain);
  }

  async setMode(mode: sessions.Mode): Promise<void> {
    await this.settings.change({ mode }).catch(complain);
  }

  /** Gives an input another value; the kernel runs what depends on it again. */
  readonly setInput = async (name: string, value: unknown): Promise<void> => {
    try { await this.settings.change({ inputs: { [name]: value } }); } catch (e) { complain(e); throw e; }
  };

  async keep(): Promise<void> {
    const session = this.runner.session.peek();
    if (!session) return;
    try {
      await this.saver.save();
      const run = await sessions.keepAsRun(session.id);
      toast(`Kept as run ${run.name}`);
    } catch (e) { complain(e); }
  }

  async clearOutputs(cells: readonly Cell[]): Promise<void> {
    try {
      await this.saver.clearOutputs(new Set(cells.map((c) => c.id)));
      for (const c of cells) { c.outputs.value = []; c.count.value = 0; }
    } catch (e) { complain(e); }
  }

  goTo(cell: string, line = 0, column = 0): void {
    if (!this.doc.find(cell)) { toast(`There is no cell ${cell} any more`); return; }
    this.doc.select(cell);
    this.reveal.value = { cell, line, column };
  }

  /** Goes to the next problem, or the one before. */
  nextProblem(by: 1 | -1): void {
    const d = this.problems.step(by);
    if (!d) { toast("Nothing is wrong that can be known without running"); return; }
    const cell = d.cell && this.doc.find(d.cell);
    if (!cell) return;
    if (d.line) {
      this.doc.select(cell.id);
      if (cell.kind.peek() === "markdown") cell.editing.value = true;
      this.doc.mode.value = "edit"; // so that hidden code shows
    }
    this.goTo(cell.id, d.line, d.column);
  }

  /** Carries out what the check suggests, if the cell is still as it was checked. */
  fixProblem(d: Diagnostic): void {
    const cell = d.cell && this.doc.find(d.cell);
    if (!cell || !d.fix) return;
    if (d.fix.attrs !== undefined) {
      cell.attrs.value = d.fix.attrs;
      this.doc.touch();
    }
    if (!d.fix.edits?.length) return;
    if (!this.problems.placed(cell.id)) { toast("The cell was changed since; wait for the next check"); return; }
    const changes = changesOf(cell.source.peek(), d.fix.edits);
    const view = this.editors.get(cell.id);
    if (view) { view.dispatch({ changes }); return; } // can be undone there
    const text = cell.source.peek();
    this.doc.setSource(cell, changes.reduceRight((t, c) => t.slice(0, c.from) + c.insert + t.slice(c.to), text));
  }

  close(): void {
    this.problems.close();
    this.settings.close();
    for (const stop of this.stop.splice(0)) stop();
    this.saver.close();
    this.runner.close();
  }
}
