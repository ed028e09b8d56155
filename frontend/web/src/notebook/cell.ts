// A cell as the page holds it. What stock clients write as a first line
// (%%sql out=x) is kind and attributes here.
import { signal, type Signal } from "@preact/signals";
import type { EditorState } from "@codemirror/state";
import type { CellJSON, OutputJSON } from "../api/contents";
import type { GraphCell } from "../kernel/messages";

export type Kind = "markdown" | "raw" | "starlark" | "sql" | "go" | "rust" | "c" | "assemblyscript" | "wat" | "python";

export const kinds: readonly { kind: Kind; title: string }[] = [
  { kind: "starlark", title: "Starlark" }, { kind: "markdown", title: "Markdown" }, { kind: "sql", title: "SQL" },
  { kind: "go", title: "Go extension" }, { kind: "rust", title: "Rust extension" }, { kind: "c", title: "C extension" },
  { kind: "assemblyscript", title: "AssemblyScript extension" }, { kind: "wat", title: "WebAssembly text" },
  { kind: "python", title: "Python (kept, not run)" }, { kind: "raw", title: "Raw text" },
];

/** Where a cell is on its way through the kernel. */
export type Phase =
  | { name: "none" }
  | { name: "queued" }
  | { name: "running"; since: number };

export class Cell {
  readonly kind: Signal<Kind>;
  readonly attrs: Signal<string>;
  readonly source: Signal<string>;
  readonly outputs: Signal<OutputJSON[]>;
  readonly count: Signal<number>;
  readonly phase = signal<Phase>({ name: "none" });
  readonly graph = signal<GraphCell | null>(null);
  /** What of the cell last went to the kernel from this page; null: nothing. */
  readonly ran = signal<string | null>(null);
  /** Whether the Markdown is shown as text to edit. */
  readonly editing = signal(false);
  readonly folded = signal(false);
  metadata: Record<string, unknown>;
  attachments?: CellJSON["attachments"];
  /** The state of the editor while no editor shows the cell. */
  editor: EditorState | null = null;

  constructor(readonly id: string, kind: Kind, attrs: string, source: string, json?: CellJSON) {
    this.kind = signal(kind);
    this.attrs = signal(attrs);
    this.source = signal(source);
    this.outputs = signal(json?.outputs ?? []);
    this.count = signal(json?.execution_count ?? 0);
    this.metadata = json?.metadata ?? {};
    this.attachments = json?.attachments;
  }

  static read(json: CellJSON): Cell {
    if (json.cell_type !== "code") return new Cell(json.id, json.cell_type, "", json.source, json);
    const { kind, attrs, source } = splitMagic(json.source);
    return new Cell(json.id, kind, attrs, source, json);
  }

  get isCode(): boolean {
    const kind = this.kind.peek();
    return kind !== "markdown" && kind !== "raw";
  }

  /** The text as it goes over the wire. */
  wire(): string {
    if (!this.isCode) return this.source.peek();
    return joinMagic(this.kind.peek(), this.attrs.peek(), this.source.peek());
  }

  has(attr: string): boolean {
    return this.attrs.value.split(/\s+/).includes(attr);
  }

  write(withOutputs: boolean): CellJSON {
    const kind = this.kind.peek();
    const base = { id: this.id, metadata: this.metadata, source: this.wire() };
    if (kind === "markdown" || kind === "raw") {
      return { ...base, cell_type: kind, ...(this.attachments ? { attachments: this.attachments } : {}) };
    }
    return { ...base, cell_type: "code", execution_count: withOutputs ? this.count.peek() || null : null, outputs: withOutputs ? this.outputs.peek() : [] };
  }
}

const codeKinds: ReadonlySet<string> = new Set(kinds.map((k) => k.kind).filter((k) => k !== "markdown" && k !== "raw"));

function splitMagic(text: string): { kind: Kind; attrs: string; source: string } {
  const m = /^%%([a-z]+)(?:[ \t]+([^\n]*))?(?:\n|$)/.exec(text);
  if (!m || !codeKinds.has(m[1]!)) return { kind: "starlark", attrs: "", source: text };
  return { kind: m[1] as Kind, attrs: (m[2] ?? "").trim(), source: text.slice(m[0].length) };
}

function joinMagic(kind: Kind, attrs: string, source: string): string {
  if (kind === "starlark" && !attrs && !source.startsWith("%%")) return source;
  const line = `%%${kind} ${attrs}`.trimEnd();
  return source === "" ? line : line + "\n" + source;
}
