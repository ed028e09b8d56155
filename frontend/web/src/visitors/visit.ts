// One visit of an app: what the visitor sets, and the run of it that the server
// makes and tells of.
import { batch, signal, type Signal } from "@preact/signals";
import type { OutputJSON } from "../api/contents";
import { ApiError, request } from "../api/http";
import type { Param } from "../api/sessions";
import type { Incoming } from "../kernel/messages";
import * as fold from "../notebook/outputs";

interface Shown { title: string; description: string; params: Param[]; cells: { id: string; kind: "markdown" | "code"; source?: string }[] }

/** One line of a run. */
type Event =
  | { type: "began" | "ended"; cell: string }
  | { type: "done" }
  | { type: "failed"; content: string }
  | { [T in "stream" | "display_data" | "execute_result" | "update_display_data" | "error" | "clear_output"]: { type: T; cell: string; content: Incoming[T] } }["stream" | "display_data" | "execute_result" | "update_display_data" | "error" | "clear_output"];

const settle = 150; // ms after the last change of a parameter

export class Visit {
  readonly shown = signal<Shown | null>(null);
  readonly params = signal<Param[]>([]);
  readonly running = signal(false);
  readonly problem = signal("");
  readonly outputs = new Map<string, Signal<OutputJSON[]>>();
  private readonly old = new Map<string, number>(); // outputs of the run before that still show, by cell
  private inputs: Record<string, unknown> = {};
  private abort: AbortController | null = null;
  private timer = 0;

  async open(): Promise<void> {
    try {
      const { value } = await request<Shown>("GET", "/app/notebook");
      for (const c of value.cells) this.outputs.set(c.id, signal([]));
      this.params.value = value.params;
      this.shown.value = value;
      document.title = value.title || "App";
      await this.run();
    } catch (e) { this.problem.value = (e as Error).message; }
  }

  set(name: string, value: unknown): void {
    this.params.value = this.params.peek().map((p) => (p.name === name ? { ...p, value } : p));
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.run(), settle);
  }

  /** Gives an input another value, and runs the app again. */
  readonly setInput = async (name: string, value: unknown): Promise<void> => {
    this.inputs = { ...this.inputs, [name]: value };
    await this.run();
  };

  async run(): Promise<void> {
    this.abort?.abort();
    const abort = new AbortController();
    this.abort = abort;
    this.running.value = true;
    this.problem.value = "";
    try {
      const params = Object.fromEntries(this.params.peek().filter((p) => p.value !== null).map((p) => [p.name, p.value]));
      const response = await fetch("/app/run", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ params, inputs: this.inputs }), signal: abort.signal });
      if (!response.ok) throw new ApiError(response.status, ((await response.json()) as { message: string }).message);
      for await (const line of linesOf(response.body!)) this.hear(JSON.parse(line) as Event);
    } catch (e) {
      if (!abort.signal.aborted) this.problem.value = (e as Error).message;
    }
    if (this.abort === abort) this.running.value = false;
  }

  private hear(e: Event): void {
    if (e.type === "done") return;
    if (e.type === "failed") { this.problem.value = e.content; return; }
    const out = this.outputs.get(e.cell);
    if (!out) return;
    if (e.type === "began") { this.old.set(e.cell, out.peek().length); return; }
    if (e.type === "ended") { this.dropOld(e.cell); return; }
    batch(() => {
      switch (e.type) {
        case "stream": return this.add(e.cell, (have) => fold.appendStream(have, e.content.name, e.content.text));
        case "display_data": return this.add(e.cell, (have) => fold.appendDisplay(have, e.content));
        case "execute_result": return this.add(e.cell, (have) => fold.appendResult(have, e.content));
        case "error": return this.add(e.cell, (have) => fold.appendError(have, { ...e.content, traceback: e.content.traceback ?? [] }));
        case "update_display_data": for (const o of this.outputs.values()) o.value = fold.updateDisplay(o.peek(), e.content); return;
        case "clear_output": if (e.content.wait) this.old.set(e.cell, out.peek().length); else out.value = [];
      }
    });
  }

  private add(cell: string, extend: (have: OutputJSON[]) => OutputJSON[]): void {
    const out = this.outputs.get(cell)!;
    const { all, old } = fold.over(out.peek(), this.old.get(cell) ?? 0, extend);
    this.old.set(cell, old);
    out.value = all;
  }

  private dropOld(cell: string): void {
    const out = this.outputs.get(cell)!, old = this.old.get(cell) ?? 0;
    this.old.delete(cell);
    if (old) out.value = out.peek().slice(0, Math.max(0, out.peek().length - old));
  }
}

async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const reader = stream.pipeThrough(new TextDecoderStream() as unknown as ReadableWritablePair<string, Uint8Array>).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    rest += value ?? "";
    const lines = rest.split("\n");
    rest = lines.pop()!;
    yield* lines.filter(Boolean);
    if (done) return;
  }
}
