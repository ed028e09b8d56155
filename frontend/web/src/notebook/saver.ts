// Keeps the file in step with the page: saves soon after a change, notices what
// others wrote, and asks where both changed.
import { effect, signal } from "@preact/signals";
import { ApiError } from "../api/http";
import * as contents from "../api/contents";
import type { NotebookJSON } from "../api/contents";
import type { Document } from "./document";
import { merge } from "./merge";

export type SaveState = "saved" | "changed" | "saving" | "failed" | "conflict";

const delay = 800; // ms after the last change
const lookEvery = 4000; // ms between looks at what others wrote

export class Saver {
  readonly state = signal<SaveState>("saved");
  readonly problem = signal("");
  readonly conflict = signal<NotebookJSON | null>(null);
  private hash = "";
  private base: NotebookJSON | null = null;
  private written = 0;
  private timer = 0;
  private looker = 0;
  private saving: Promise<void> | null = null;
  private readonly channel: BroadcastChannel;
  private readonly stopWatching: () => void;

  constructor(private readonly doc: Document, private path: string, private readonly tell: (message: string) => void) {
    this.channel = new BroadcastChannel("wnb.saved");
    this.channel.onmessage = (e) => { if (e.data === this.path) void this.look(); };
    this.stopWatching = effect(() => { if (doc.revision.value > this.written) this.schedule(); });
    this.looker = window.setInterval(() => { if (!document.hidden) void this.look(); }, lookEvery);
  }

  get withOutputs(): boolean { return this.path.endsWith(".ipynb"); }

  loaded(hash: string, json: NotebookJSON): void {
    this.hash = hash;
    this.base = json;
    this.written = this.doc.revision.peek();
    this.state.value = "saved";
    this.problem.value = "";
  }

  private schedule(): void {
    if (this.state.peek() !== "conflict") this.state.value = "changed";
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.save(), delay);
  }

  get dirty(): boolean { return this.doc.revision.peek() > this.written; }

  /** Writes what changed, now. Problems are shown, not thrown. */
  async save(): Promise<void> {
    clearTimeout(this.timer);
    while (this.saving) await this.saving;
    if (!this.dirty || this.state.peek() === "conflict") return;
    this.saving = this.write({ hash: this.hash });
    try { await this.saving; } finally { this.saving = null; }
  }

  private async write(expect: contents.Expect): Promise<void> {
    const revision = this.doc.revision.peek();
    const json = this.doc.write(this.withOutputs);
    this.state.value = "saving";
    try {
      const entry = await contents.saveNotebook(this.path, json, expect);
      this.hash = entry.hash ?? this.hash;
      this.base = json;
      this.written = revision;
      this.problem.value = "";
      this.state.value = this.dirty ? "changed" : "saved";
      this.channel.postMessage(this.path);
    } catch (e) {
      if (e instanceof ApiError && e.status === 409) { await this.collide(); return; }
      this.state.value = "failed";
      this.problem.value = (e as Error).message;
      this.timer = window.setTimeout(() => void this.save(), 5000);
    }
  }

  /** The file is not what this page has read: changes of different cells are merged. */
  private async collide(): Promise<void> {
    const theirs = await contents.notebook(this.path);
    const mine = this.doc.write(true);
    const merged = this.base && merge(this.base, mine, theirs.content);
    if (!merged) {
      this.conflict.value = theirs.content;
      this.state.value = "conflict";
      return;
    }
    this.doc.load({ ...merged, cells: merged.cells });
    this.hash = theirs.hash ?? "";
    this.base = theirs.content;
    this.tell("The file was changed elsewhere; both changes are in it now.");
    this.doc.touch();
  }

  /** Looks whether somebody else wrote the file. */
  async look(): Promise<void> {
    if (this.saving || this.state.peek() === "conflict" || !this.hash) return;
    try {
      const entry = await contents.stat(this.path);
      if (!entry.hash || entry.hash === this.hash || this.saving) return;
      if (this.dirty) { await this.save(); return; }
      const now = await contents.notebook(this.path);
      if (this.dirty || this.saving) return;
      this.doc.load(now.content);
      this.loaded(now.hash ?? "", now.content);
    } catch (e) {
      if (e instanceof ApiError && e.status === 404) {
        this.state.value = "failed";
        this.problem.value = "The file is gone: somebody deleted or renamed it. The next change writes it again under this name.";
        this.hash = "";
      }
    }
  }

  /** Ends a conflict: our version over theirs, or theirs in place of ours. */
  async settle(keep: "mine" | "theirs"): Promise<void> {
    const theirs = this.conflict.peek();
    if (!theirs) return;
    this.conflict.value = null;
    if (keep === "theirs") {
      const now = await contents.notebook(this.path);
      this.doc.load(now.content);
      this.loaded(now.hash ?? "", now.content);
      return;
    }
    await this.write("anything"); // the server keeps theirs as a version
  }

  /** Empties outputs on the server; the only save that touches them. */
  async clearOutputs(ids: ReadonlySet<string>): Promise<void> {
    await this.save();
    const now = await contents.notebook(this.path);
    const cells = now.content.cells.map((c) => (ids.has(c.id) ? { ...c, outputs: [], execution_count: null } : c));
    const entry = await contents.saveNotebook(this.path, { ...now.content, cells }, { hash: now.hash ?? this.hash });
    this.hash = entry.hash ?? this.hash;
  }

  moved(path: string): void { this.path = path; }

  close(): void {
    this.stopWatching();
    clearTimeout(this.timer);
    clearInterval(this.looker);
    this.channel.close();
  }
}
