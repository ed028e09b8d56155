// The saved versions of a notebook: what each differs in, and how to get it back.
import { signal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import * as contents from "../api/contents";
import { Dialog } from "../app/Dialog";
import { complain, toast } from "../app/toasts";
import { diffLines } from "./diff";
import type { Notebook } from "./notebook";

export const versionsOpen = signal(false);

const why: Record<string, string> = { saved: "kept by you", overwritten: "before a save", refused: "refused save" };

const reason = (id: string) => why[id.split(/[-_.]/).pop() ?? ""] ?? "";
const when = (iso: string) => new Date(iso).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "medium" });

export function Versions({ nb }: { nb: Notebook }) {
  const [list, setList] = useState<contents.Checkpoint[] | null>(null);
  const [chosen, setChosen] = useState<{ id: string; text: string; now: string } | null>(null);
  const read = () => contents.checkpoints(nb.path).then((l) => setList([...l].reverse())).catch(complain);
  useEffect(() => { void read(); }, [nb]);
  const close = () => { versionsOpen.value = false; };
  const choose = async (id: string) => {
    try {
      await nb.saver.save();
      const [text, now] = await Promise.all([contents.checkpointText(nb.path, id), contents.file(nb.path)]);
      setChosen({ id, text, now: now.content });
    } catch (e) { complain(e); }
  };
  const restore = async (id: string) => {
    try {
      await contents.makeCheckpoint(nb.path);
      await contents.restoreCheckpoint(nb.path, id);
      await nb.saver.look();
      toast("The version is back. What was there before is a version, too.");
      close();
    } catch (e) { complain(e); }
  };
  return (
    <Dialog title="Saved versions" wide onClose={close}>
      <div class="versions">
        <ul>
          <li><button type="button" onClick={() => void contents.makeCheckpoint(nb.path).then(read).catch(complain)}>Keep a version now</button></li>
          {list?.map((c) => (
            <li key={c.id}><button type="button" class="plain" aria-current={chosen?.id === c.id || undefined} onClick={() => void choose(c.id)}>{when(c.last_modified)}<small>{reason(c.id)}</small></button></li>
          ))}
          {list?.length === 0 && <li class="empty">There are none yet. A save that overwrites another client's change keeps one.</li>}
        </ul>
        <div class="diff-side">
          {chosen ? <Diff was={chosen.text} now={chosen.now} /> : <p class="empty">Choose a version to see what has changed since.</p>}
        </div>
      </div>
      <div class="buttons">
        <button type="button" onClick={close}>Close</button>
        <button type="button" class="primary" disabled={!chosen} onClick={() => void restore(chosen!.id)}>Restore this version</button>
      </div>
    </Dialog>
  );
}

function Diff({ was, now }: { was: string; now: string }) {
  const lines = diffLines(was.split("\n"), now.split("\n"));
  if (lines.every((l) => l.sign === " ")) return <p class="empty">It is what the file says now.</p>;
  return <pre class="diff" tabIndex={0} aria-label="What changed since">{lines.map((l, i) => <span key={i} class={l.sign === "+" ? "added" : l.sign === "-" ? "removed" : ""}>{l.sign} {l.text}{"\n"}</span>)}</pre>;
}
