// A text file in an editor.
import { useEffect, useRef, useState } from "preact/hooks";
import { EditorView } from "@codemirror/view";
import * as contents from "../api/contents";
import { ApiError } from "../api/http";
import { Crumbs, ThemeButton } from "../app/Bar";
import { Dialog } from "../app/Dialog";
import { beforeLeaving, urlOf } from "../app/route";
import { makeState } from "../notebook/editor";
import { languageOfFile, loadLanguage } from "../notebook/languages";

const delay = 800; // ms after the last change

export function TextPage({ path }: { path: string }) {
  const host = useRef<HTMLDivElement>(null);
  const [state, setState] = useState<"saved" | "edited" | "saving" | "not saved">("saved");
  const [problem, setProblem] = useState("");
  const [conflict, setConflict] = useState(false);
  const file = useRef<TextFile | null>(null);
  useEffect(() => {
    document.title = path.split("/").pop() + " · wnb";
    const f = new TextFile(path, setState, setProblem, setConflict);
    file.current = f;
    void f.open(host.current!);
    const left = beforeLeaving(() => f.save());
    const unload = (e: BeforeUnloadEvent) => { if (f.dirty) { void f.save(); e.preventDefault(); } };
    addEventListener("beforeunload", unload);
    return () => { left(); removeEventListener("beforeunload", unload); f.close(); };
  }, [path]);
  const notebook = /\.(wnb|ipynb)$/.test(path);
  return (
    <div class="text-page">
      <header class="topbar">
        <Crumbs path={path} />
        <span class="saved" role="status">{state === "saved" ? "" : state}</span>
        <span class="space" />
        {notebook && <a class="quiet" href={urlOf(path)}>Open as notebook</a>}
        <a class="quiet" href={contents.downloadURL(path)}>Download</a>
        <ThemeButton />
      </header>
      <main class="text-main" aria-label={path}>
        {problem && <div class="banner" role="alert"><p>{problem}</p></div>}
        <div class="text-editor" ref={host} />
      </main>
      {conflict && (
        <Dialog title="The file was changed elsewhere">
          <p>Your version and the one on the disk differ. Which shall stay? The other one is kept as a version.</p>
          <div class="buttons">
            <button type="button" onClick={() => { setConflict(false); void file.current!.takeTheirs(); }}>Take theirs</button>
            <button type="button" class="primary" onClick={() => { setConflict(false); void file.current!.keepMine(); }}>Keep mine</button>
          </div>
        </Dialog>
      )}
    </div>
  );
}

/** An open text file: its editor and its place on the disk. */
class TextFile {
  dirty = false;
  private view: EditorView | null = null;
  private hash = "";
  private timer = 0;
  private gone = false;

  constructor(private readonly path: string, private readonly say: (s: "saved" | "edited" | "saving" | "not saved") => void, private readonly fail: (p: string) => void, private readonly conflict: (is: boolean) => void) {}

  async open(parent: HTMLElement): Promise<void> {
    try {
      const file = await contents.file(this.path);
      if (file.format !== "text") { this.fail("This file is not text. It can be downloaded."); return; }
      const name = languageOfFile(this.path);
      await loadLanguage(name);
      if (this.gone) return;
      this.hash = file.hash ?? "";
      this.view = new EditorView({
        parent,
        state: makeState(file.content, {
          language: name, label: this.path, lineNumbers: true, wrap: true,
          keys: [{ key: "Mod-s", run: () => { void this.save(); return true; }, preventDefault: true }],
          changed: () => this.changed(),
        }),
      });
      this.view.focus();
    } catch (e) { this.fail((e as Error).message); }
  }

  private changed(): void {
    this.dirty = true;
    this.say("edited");
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.save(), delay);
  }

  async save(): Promise<void> {
    if (this.dirty) await this.write({ hash: this.hash });
  }

  private async write(expect: contents.Expect): Promise<void> {
    clearTimeout(this.timer);
    const text = this.view!.state.doc.toString();
    this.say("saving");
    try {
      const entry = await contents.saveText(this.path, text, expect);
      this.hash = entry.hash ?? this.hash;
      this.dirty = this.view!.state.doc.toString() !== text;
      this.say(this.dirty ? "edited" : "saved");
      this.fail("");
    } catch (e) {
      this.say("not saved");
      if (e instanceof ApiError && e.status === 409) this.conflict(true);
      else this.fail((e as Error).message);
    }
  }

  async keepMine(): Promise<void> { await this.write("anything"); }

  async takeTheirs(): Promise<void> {
    const file = await contents.file(this.path);
    this.hash = file.hash ?? "";
    this.view!.dispatch({ changes: { from: 0, to: this.view!.state.doc.length, insert: file.content } });
    clearTimeout(this.timer);
    this.dirty = false;
    this.say("saved");
  }

  close(): void {
    this.gone = true;
    clearTimeout(this.timer);
    this.view?.destroy();
  }
}
