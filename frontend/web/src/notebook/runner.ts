// Runs cells: a queue, one request at a time, and what the kernel says about
// them. Increments are applied only where this page saw their beginning;
// everything else (a reload in the middle of a cell, another client's requests)
// is read again from the document, which the server keeps complete.
import { batch, signal } from "@preact/signals";
import * as contents from "../api/contents";
import * as sessions from "../api/sessions";
import { Connection } from "../kernel/connection";
import { cellOf, executeID, type Graph, type Message } from "../kernel/messages";
import type { Cell } from "./cell";
import type { Document } from "./document";
import * as outputs from "./outputs";

export type KernelState = "starting" | "idle" | "busy" | "restarting" | "dead" | "lost";

export interface Question { prompt: string; password: boolean; cell: string; answer: (text: string) => void }

/** How the outputs of a cell that is being written stand. */
interface Writing { known: boolean; clearNext: boolean }

interface Stored { id: string; cell: string; since: number }

export class Runner {
  readonly state = signal<KernelState>("starting");
  readonly graph = signal<Graph>({ cells: [], edges: [] });
  readonly question = signal<Question | null>(null);
  readonly running = signal<Cell | null>(null);
  readonly waiting = signal<readonly Cell[]>([]);
  readonly session = signal<sessions.Session | null>(null);
  readonly trouble = signal("");
  /** Grows when the values of the session may have changed. */
  readonly generation = signal(0);
  readonly supports = signal<ReadonlySet<string>>(new Set());
  connection: Connection | null = null;
  private flight: { id: string; cell: string; replied: boolean } | null = null;
  private writing = new Map<string, Writing>(); // by request and cell
  private stopping = false;
  private refresh = 0;
  private closed = false;

  constructor(private readonly doc: Document, private readonly path: () => string, private readonly flush: () => Promise<void>) {}

  async start(): Promise<void> {
    try {
      const session = await sessions.openSession(this.path());
      if (this.closed) return;
      this.session.value = session;
      this.state.value = session.kernel.execution_state === "busy" ? "busy" : "idle";
      this.connection = new Connection(session.kernel.id, (m) => this.hear(m), (again) => this.opened(again));
      this.trouble.value = "";
    } catch (e) {
      this.trouble.value = `The kernel did not start. ${(e as Error).message}`;
      this.state.value = "dead";
    }
  }

  private opened(again: boolean): void {
    if (again) this.readOutputs();
    this.resume();
    this.connection!.send("kernel_info_request", {});
    this.askGraph();
    void this.next(); // what the user asked for before there was a kernel
  }

  /** An empty request runs nothing, and the graph comes with its end. */
  private askGraph(): void {
    this.connection?.send("execute_request", { code: "", silent: true, store_history: false, user_expressions: {}, allow_stdin: false, stop_on_error: false });
  }

  // Running.

  run(cells: readonly Cell[]): void {
    const wanted = cells.filter((c) => c.isCode && c.kind.peek() !== "python" && !c.has(".disabled"));
    const all = new Set<Cell>();
    for (const cell of wanted) {
      for (const before of this.editedAncestors(cell)) all.add(before);
      all.add(cell);
    }
    const queue = [...this.waiting.peek()];
    for (const cell of all) {
      if (queue.includes(cell)) continue;
      queue.push(cell);
      if (this.running.peek() !== cell) cell.phase.value = { name: "queued" };
    }
    this.setQueue(queue);
    void this.next();
  }

  /** The kernel goes by what was executed: edited cells that this one needs run first. */
  private editedAncestors(cell: Cell): Cell[] {
    const edges = this.graph.peek().edges;
    const needed = new Set<string>();
    const visit = (id: string) => {
      for (const [from, to] of edges) if (to === id && !needed.has(from)) { needed.add(from); visit(from); }
    };
    visit(cell.id);
    return this.doc.cells.peek().filter((c) => c !== cell && needed.has(c.id) && isEdited(c));
  }

  private setQueue(queue: readonly Cell[]): void {
    this.waiting.value = queue;
    this.store();
  }

  private async next(): Promise<void> {
    if (this.flight || !this.connection || !this.waiting.peek().length) return;
    const [cell, ...rest] = this.waiting.peek();
    const id = executeID(cell!.id);
    this.flight = { id, cell: cell!.id, replied: false };
    await this.flush(); // the kernel must know new cells; what failed is shown there
    if (this.flight?.id !== id) return; // stopped meanwhile
    batch(() => {
      this.running.value = cell!;
      cell!.ran.value = cell!.wire();
      cell!.phase.value = { name: "running", since: Date.now() };
      this.setQueue(rest);
    });
    this.connection.send("execute_request", {
      code: cell!.wire(), silent: false, store_history: true, user_expressions: {}, allow_stdin: true, stop_on_error: false,
    }, { id, metadata: { cellId: cell!.id, deletedCells: this.doc.takeDeleted() } });
    this.writing.set(id + cell!.id, { known: true, clearNext: true });
    if (cell!.wire().trim() === "") cell!.outputs.value = [];
  }

  async stop(): Promise<void> {
    this.stopping = true;
    for (const cell of this.waiting.peek()) if (cell !== this.running.peek()) cell.phase.value = { name: "none" };
    this.setQueue([]);
    const session = this.session.peek();
    if (session) await sessions.interrupt(session.kernel.id);
    this.stopping = false;
  }

  async restart(): Promise<void> {
    const session = this.session.peek();
    if (!session) { await this.start(); return; }
    this.state.value = "restarting";
    this.drop();
    await sessions.restart(session.kernel.id);
    this.state.value = "idle";
    for (const cell of this.doc.cells.peek()) cell.ran.value = null;
    if (this.connection?.link.peek() === "closed") { this.connection = null; await this.start(); }
    this.generation.value++;
    this.askGraph();
  }

  /** Forgets the queue and what runs. */
  private drop(): void {
    batch(() => {
      for (const cell of this.doc.cells.peek()) cell.phase.value = { name: "none" };
      this.running.value = null;
      this.question.value = null;
      this.flight = null;
      this.setQueue([]);
    });
  }

  // What survives a reload of the page: what runs, and the queue.

  private key(): string { return "wnb.running:" + (this.session.peek()?.kernel.id ?? ""); }

  private store(): void {
    const running = this.running.peek();
    const stored: Stored[] = this.flight && running ? [{ id: this.flight.id, cell: running.id, since: since(running) }] : [];
    if (stored.length) localStorage.setItem(this.key(), JSON.stringify(stored));
    else localStorage.removeItem(this.key());
    const queue = this.waiting.peek().map((c) => c.id);
    if (queue.length) sessionStorage.setItem(this.key(), JSON.stringify(queue));
    else sessionStorage.removeItem(this.key());
  }

  /** Takes up what ran before a reload, or runs for another tab. */
  private resume(): void {
    const read = <T>(s: Storage, otherwise: T): T => {
      try { return JSON.parse(s.getItem(this.key()) ?? "") as T; } catch { return otherwise; }
    };
    const [stored] = read<Stored[]>(localStorage, []);
    const queue = read<string[]>(sessionStorage, []).map((id) => this.doc.find(id)).filter((c): c is Cell => c !== undefined);
    const cell = stored && this.doc.find(stored.cell);
    if (!this.flight && cell && this.session.peek()?.kernel.execution_state === "busy") {
      this.running.value = cell;
      cell.phase.value = { name: "running", since: stored.since };
      if (queue.length) this.flight = { id: stored.id, cell: cell.id, replied: true }; // its idle is told to all
    } else if (!this.flight && stored) {
      localStorage.removeItem(this.key());
    }
    if (queue.length && !this.waiting.peek().length) this.run(queue);
  }

  // Hearing.

  private hear(m: Message): void {
    const id = m.parent_header.msg_id ?? "";
    const cell = this.doc.find(m.metadata.cellId ?? cellOf(id));
    switch (m.type) {
      case "status": return this.heardStatus(id, cell, m.content.execution_state, m.parent_header.msg_type);
      case "wnb_graph": return this.heardGraph(m.content);
      case "input_request": return this.heardQuestion(m, cell);
      case "kernel_info_reply": this.supports.value = new Set(m.content.supported_features ?? []); return;
      case "execute_reply": return this.heardReply(id, cell);
      case "update_display_data":
        for (const c of this.doc.cells.peek()) c.outputs.value = outputs.updateDisplay(c.outputs.peek(), m.content);
        return;
      case "execute_input":
        this.writing.set(id + (cell?.id ?? ""), { known: true, clearNext: true });
        if (cell) cell.count.value = m.content.execution_count;
        return;
      case "stream": case "display_data": case "execute_result": case "error": case "clear_output":
        if (cell) this.heardOutput(m, id, cell);
        else if (m.parent_header.msg_type === "execute_request") this.readSoon();
    }
  }

  private heardOutput(m: Message & { type: "stream" | "display_data" | "execute_result" | "error" | "clear_output" }, id: string, cell: Cell): void {
    const key = id + cell.id;
    if (m.type === "clear_output") {
      this.writing.set(key, { known: true, clearNext: m.content.wait });
      if (!m.content.wait) cell.outputs.value = [];
      return;
    }
    const w = this.writing.get(key);
    if (!w?.known) return this.readSoon();
    const have = w.clearNext ? [] : cell.outputs.peek();
    w.clearNext = false;
    switch (m.type) {
      case "stream": cell.outputs.value = outputs.appendStream(have, m.content.name, m.content.text); break;
      case "display_data": cell.outputs.value = outputs.appendDisplay(have, m.content); this.updateShown(m.content); break;
      case "execute_result": cell.outputs.value = outputs.appendResult(have, m.content); break;
      case "error": cell.outputs.value = outputs.appendError(have, m.content); break;
    }
  }

  /** An id that is shown a second time is updated where it was shown before. */
  private updateShown(c: Parameters<typeof outputs.updateDisplay>[1]): void {
    if (!c.transient?.display_id) return;
    for (const cell of this.doc.cells.peek()) cell.outputs.value = outputs.updateDisplay(cell.outputs.peek(), c);
  }

  private heardStatus(id: string, cell: Cell | undefined, state: string, type: string | undefined): void {
    if (!id) { // about the process itself
      if (state === "restarting" || state === "dead" || state === "starting") {
        if (state !== "starting") { this.drop(); this.generation.value++; this.readSoon(); for (const c of this.doc.cells.peek()) c.ran.value = null; }
        this.state.value = state === "starting" ? "idle" : state;
        if (state !== "dead") this.askGraph();
      }
      return;
    }
    if (type !== "execute_request") return;
    if (state === "busy") {
      this.state.value = "busy";
      if (cell && cell.phase.peek().name !== "running") cell.phase.value = { name: "running", since: Date.now() };
      if (this.stopping && this.flight?.id !== id) return;
    } else if (state === "idle") {
      this.state.value = this.flight && this.flight.id !== id ? "busy" : "idle";
      if (cell) this.ended(id, cell);
    }
  }

  private heardReply(id: string, cell: Cell | undefined): void {
    if (this.flight?.id === id) this.flight.replied = true;
    if (!cell) return;
    const w = this.writing.get(id + cell.id);
    if (w?.clearNext && this.flight?.id === id) { cell.outputs.value = []; w.clearNext = false; }
  }

  private ended(id: string, cell: Cell): void {
    const w = this.writing.get(id + cell.id);
    batch(() => {
      if (w?.clearNext) { cell.outputs.value = []; w.clearNext = false; }
      cell.phase.value = this.waiting.peek().includes(cell) ? { name: "queued" } : { name: "none" };
      if (this.running.peek() === cell) { this.running.value = null; this.question.value = null; }
      if (this.flight?.id === id) this.flight = null;
      this.generation.value++;
      this.store();
    });
    if (!w?.known) this.readOutputs();
    void this.next();
  }

  private heardGraph(g: Graph): void {
    batch(() => {
      this.graph.value = { cells: g.cells ?? [], edges: g.edges ?? [] };
      const by = new Map(g.cells.map((c) => [c.id, c]));
      for (const cell of this.doc.cells.peek()) cell.graph.value = by.get(cell.id) ?? null;
    });
  }

  private heardQuestion(m: Message & { type: "input_request" }, cell: Cell | undefined): void {
    const parent = m.header;
    this.question.value = {
      prompt: m.content.prompt, password: m.content.password, cell: cell?.id ?? "",
      answer: (value) => {
        this.question.value = null;
        this.connection?.send("input_reply", { value }, { channel: "stdin", parent });
      },
    };
  }

  // Reading outputs that this page did not follow.

  private readSoon(): void {
    if (!this.refresh) this.refresh = window.setTimeout(() => this.readOutputs(), 400);
  }

  readOutputs(): void {
    clearTimeout(this.refresh);
    this.refresh = 0;
    const before = new Map(this.doc.cells.peek().map((c) => [c, c.outputs.peek()]));
    void contents.notebook(this.path()).then(({ content }) => batch(() => {
      for (const json of content.cells) {
        const cell = this.doc.find(json.id);
        // What came meanwhile is newer than the answer.
        if (!cell || json.cell_type !== "code" || before.get(cell) !== cell.outputs.peek()) continue;
        cell.outputs.value = json.outputs ?? [];
        cell.count.value = json.execution_count ?? 0;
      }
    })).catch(() => undefined); // the next message, or the reconnection, tries again
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.refresh);
    this.connection?.close();
  }
}

/** Whether a cell that ran here says something else by now. */
export function isEdited(cell: Cell): boolean {
  return cell.ran.value !== null && cell.ran.value !== joined(cell);
}

function joined(cell: Cell): string {
  cell.kind.value; cell.attrs.value; cell.source.value; // followed by who shows it
  return cell.wire();
}

function since(cell: Cell): number {
  const phase = cell.phase.peek();
  return phase.name === "running" ? phase.since : Date.now();
}
