// The command palette: all commands of a page, found by typing.
import { signal } from "@preact/signals";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { Dialog } from "./Dialog";

export interface Command { id: string; title: string; keys?: string; run: () => void }

const shown = signal<readonly Command[] | null>(null);

export function openPalette(commands: readonly Command[]): void { shown.value = commands; }

/** Whether the letters of the query come in the title in this order; lower is better, -1 is no. */
function score(title: string, query: string): number {
  const [t, q] = [title.toLowerCase(), query.toLowerCase()];
  const at = t.indexOf(q);
  if (at >= 0) return at;
  let from = 0;
  for (const letter of q) {
    const i = t.indexOf(letter, from);
    if (i < 0) return -1;
    from = i + 1;
  }
  return 100 + from;
}

export function Palette() {
  const commands = shown.value;
  return commands && <Open commands={commands} close={() => { shown.value = null; }} />;
}

function Open({ commands, close }: { commands: readonly Command[]; close: () => void }) {
  const [query, setQuery] = useState("");
  const [at, setAt] = useState(0);
  const input = useRef<HTMLInputElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const found = useMemo(() => commands.map((c) => ({ c, s: score(c.title, query) })).filter((f) => f.s >= 0).sort((a, b) => (query ? a.s - b.s : 0)).map((f) => f.c), [query, commands]);
  useLayoutEffect(() => input.current?.focus(), []);
  useEffect(() => list.current?.children[at]?.scrollIntoView({ block: "nearest" }), [at]);
  const keys = (e: KeyboardEvent) => {
    const n = found.length;
    if (e.key === "ArrowDown") { setAt((at + 1) % n); e.preventDefault(); }
    if (e.key === "ArrowUp") { setAt((at - 1 + n) % n); e.preventDefault(); }
    if (e.key === "Enter" && found[at]) { e.preventDefault(); close(); found[at].run(); }
  };
  return (
    <Dialog title="Commands" onClose={close}>
      <input ref={input} class="palette-input" type="text" role="combobox" aria-expanded="true" aria-controls="palette-list" aria-label="Find a command"
        aria-activedescendant={`palette-${at}`} placeholder="Type a command" value={query} onInput={(e) => { setQuery(e.currentTarget.value); setAt(0); }} onKeyDown={keys} />
      <div id="palette-list" class="palette-list" role="listbox" aria-label="Commands" ref={list}>
        {found.map((c, i) => (
          <div key={c.id} id={`palette-${i}`} role="option" aria-selected={i === at} onPointerMove={() => setAt(i)} onClick={() => { close(); c.run(); }}>
            <span>{c.title}</span>{c.keys && <kbd>{c.keys}</kbd>}
          </div>
        ))}
        {!found.length && <p class="empty">No command has these letters.</p>}
      </div>
    </Dialog>
  );
}
