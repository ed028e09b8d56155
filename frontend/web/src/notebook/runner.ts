// Runs cells: a queue, one request at a time, and what the kernel says about
// them.
import { batch, signal } from "@preact/signals";
import * as sessions from "../api/sessions";
import { Connection } from "../kernel/connection";
import { cellOf, executeID, type Graph, type Message } from "../kernel/messages";
import type { Cell } from "./cell";
import type { Document } from "./document";
import { readRunning, storeRunning } from "./resume";
import { Writer } from "./writer";

export type KernelState = "starting" | "idle" | "busy" | "restarting" | "dead" | "lost";

export interface Question { prompt: string; password: boolean; cell: string; answer: (text: string) => void }

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
  connection: Connection | null = null;
  private flight: { id: string } | null = null;
  private readonly writer: Writer;
  private stopping = false;
  private closed = false;

  constructor(private readonly doc: Document, private readonly path: () => string, private readonly flush: () => Promise<void>) {
    this.writer = new Writer(doc, path);
  }

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
    if (again) this.writer.read();
    this.resume();
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
    this.flight = { id };
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
    this.writer.begin(id, cell!);
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

  private store(): void {
    const running = this.running.peek(), kernel = this.session.peek()?.kernel.id ?? "";
    const flight = this.flight && running ? { id: this.flight.id, cell: running.id, since: since(running) } : null;
    storeRunning(kernel, flight, this.waiting.peek().map((c) => c.id));
  }

  /** Takes up what ran before a reload, or runs for another tab. */
  private resume(): void {
    const session = this.session.peek()!;
    const { flight, queue } = readRunning(session.kernel.id);
    const waiting = queue.map((id) => this.doc.find(id)).filter((c): c is Cell => c !== undefined);
    const cell = flight && this.doc.find(flight.cell);
    if (!this.flight && cell && session.kernel.execution_state === "busy") {
      this.running.value = cell;
      cell.phase.value = { name: "running", since: flight.since };
      if (waiting.length) this.flight = { id: flight.id }; // its idle is told to all
    } else if (!this.flight && flight) {
      storeRunning(session.kernel.id, null, queue);
    }
    if (waiting.length && !this.waiting.peek().length) this.run(waiting);
  }

  // Hearing.

  private hear(m: Message): void {
    const id = m.parent_header.msg_id ?? "";
    const cell = this.doc.find(m.metadata.cellId ?? cellOf(id));
    switch (m.type) {
      case "status": return this.heardStatus(id, cell, m.content.execution_state, m.parent_header.msg_type);
      case "wnb_graph": return this.heardGraph(m.content);
      case "input_request": return this.heardQuestion(m, cell);
      case "execute_reply": return this.heardReply(id, cell);
      case "update_display_data":
        return this.writer.update(m.content);
      case "execute_input":
        if (cell) { this.writer.begin(id, cell); cell.count.value = m.content.execution_count; }
        return;
      case "stream": case "display_data": case "execute_result": case "error": case "clear_output":
        if (cell) this.writer.heard(m, id, cell);
        else if (m.parent_header.msg_type === "execute_request") this.writer.readSoon();
    }
  }

  private heardStatus(id: string, cell: Cell | undefined, state: string, type: string | undefined): void {
    if (!id) { // about the process itself
      if (state === "restarting" || state === "dead" || state === "starting") {
        if (state !== "starting") { this.drop(); this.generation.value++; this.writer.readSoon(); for (const c of this.doc.cells.peek()) c.ran.value = null; }
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
    if (cell && this.flight?.id === id) this.writer.replied(id, cell);
  }

  private ended(id: string, cell: Cell): void {
    batch(() => {
      this.writer.ended(id, cell);
      cell.phase.value = this.waiting.peek().includes(cell) ? { name: "queued" } : { name: "none" };
      if (this.running.peek() === cell) { this.running.value = null; this.question.value = null; }
      if (this.flight?.id === id) this.flight = null;
      this.generation.value++;
      this.store();
    });
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

  close(): void {
    this.closed = true;
    this.writer.close();
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
