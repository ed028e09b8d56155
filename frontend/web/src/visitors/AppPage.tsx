// A notebook as an app: its text and outputs, and a form for its parameters.
import { batch, signal, type Signal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import type { OutputJSON } from "../api/contents";
import { ApiError, request } from "../api/http";
import type { Param } from "../api/sessions";
import { ThemeButton } from "../app/Bar";
import type { Incoming } from "../kernel/messages";
import { Markdown } from "../notebook/Markdown";
import * as fold from "../notebook/outputs";
import { Outputs } from "../outputs/Outputs";
import { Params } from "../form/Params";

interface Shown { title: string; description: string; params: Param[]; cells: { id: string; kind: "markdown" | "code"; source?: string }[] }

/** One line of a run. */
type Event =
  | { type: "began" | "ended"; cell: string }
  | { type: "done" }
  | { type: "failed"; content: string }
  | { [T in "stream" | "display_data" | "execute_result" | "update_display_data" | "error" | "clear_output"]: { type: T; cell: string; content: Incoming[T] } }["stream" | "display_data" | "execute_result" | "update_display_data" | "error" | "clear_output"];

const settle = 150; // ms after the last change of a parameter

class Visit {
  readonly shown = signal<Shown | null>(null);
  readonly params = signal<Param[]>([]);
  readonly running = signal(false);
  readonly problem = signal("");
  readonly outputs = new Map<string, Signal<OutputJSON[]>>();
  private readonly fresh = new Set<string>(); // cells whose old outputs still show
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

  async run(): Promise<void> {
    this.abort?.abort();
    const abort = new AbortController();
    this.abort = abort;
    this.running.value = true;
    this.problem.value = "";
    try {
      const params = Object.fromEntries(this.params.peek().filter((p) => p.value !== null).map((p) => [p.name, p.value]));
      const response = await fetch("/app/run", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ params }), signal: abort.signal });
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
    if (e.type === "began") { this.fresh.add(e.cell); return; }
    const have = this.fresh.has(e.cell) ? [] : out.peek();
    if (e.type === "ended") { if (this.fresh.delete(e.cell)) out.value = []; return; }
    this.fresh.delete(e.cell);
    batch(() => {
      switch (e.type) {
        case "stream": out.value = fold.appendStream(have, e.content.name, e.content.text); break;
        case "display_data": out.value = fold.appendDisplay(have, e.content); break;
        case "execute_result": out.value = fold.appendResult(have, e.content); break;
        case "error": out.value = fold.appendError(have, { ...e.content, traceback: e.content.traceback ?? [] }); break;
        case "update_display_data": for (const o of this.outputs.values()) o.value = fold.updateDisplay(o.peek(), e.content); break;
        case "clear_output": if (e.content.wait) this.fresh.add(e.cell); else out.value = []; break;
      }
    });
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

function CellOutput({ outputs }: { outputs: Signal<OutputJSON[]> }) {
  if (!outputs.value.length) return null;
  return <div class="outputs"><Outputs outputs={outputs.value} goTo={() => undefined} known={() => false} /></div>;
}

export function AppPage() {
  const visit = useMemo(() => new Visit(), []);
  useEffect(() => void visit.open(), [visit]);
  const shown = visit.shown.value;
  return (
    <div class="app-page" data-form={visit.params.value.length > 0 || undefined}>
      <header class="topbar">
        <strong class="app-title">{shown?.title}</strong>
        <span class="space" />
        <span class="kernel-state" role="status" data-state={visit.running.value ? "busy" : "idle"}><i aria-hidden="true" /><span>{visit.running.value ? "running" : "up to date"}</span></span>
        <ThemeButton />
      </header>
      {visit.params.value.length > 0 && (
        <aside class="app-form" aria-label="Parameters"><Params params={visit.params.value} set={(n, v) => visit.set(n, v)} /></aside>
      )}
      <main class="app-main" aria-busy={visit.running.value}>
        {visit.problem.value && <div class="banner" role="alert"><p>{visit.problem.value}</p><button type="button" onClick={() => void visit.run()}>Run again</button></div>}
        {shown?.cells.map((c) => (c.kind === "markdown"
          ? <div key={c.id} class="text"><Markdown source={c.source ?? ""} /></div>
          : <CellOutput key={c.id} outputs={visit.outputs.get(c.id)!} />))}
      </main>
    </div>
  );
}
