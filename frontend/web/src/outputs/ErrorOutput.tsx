// An error: one red line, the source with a caret, the rest folded, the hint.
import type { VNode } from "preact";
import { ansiSpans } from "./ansi";

export interface Place { cell: string; line: number; column: number }
export type GoTo = (place: Place) => void;
/** Whether there is a cell of a name. */
export type Known = (cell: string) => boolean;

/** A suggestion that the page can carry out. */
export interface Fix { label: string; apply: () => void }

const where = /(?:in )?cell ([A-Za-z0-9_-]{1,64})(?:, line (\d+)(?:, column (\d+))?)?/g;

/** Text in which places of cells are links. */
export function linked(text: string, goTo: GoTo, known: Known): (VNode | string)[] {
  const parts: (VNode | string)[] = [];
  let from = 0;
  for (const m of text.matchAll(where)) {
    if (!known(m[1]!)) continue;
    const place = { cell: m[1]!, line: Number(m[2] ?? 0), column: Number(m[3] ?? 0) };
    parts.push(text.slice(from, m.index), <button type="button" class="link" onClick={() => goTo(place)}>{m[0]}</button>);
    from = m.index + m[0].length;
  }
  parts.push(text.slice(from));
  return parts;
}

/** Splits what the kernel writes into its parts. */
export function parts(evalue: string, traceback: string[]): { place: string[]; source: string[]; trace: string[]; hint: string } {
  const lines = traceback.flatMap((t) => t.split("\n"));
  if (lines[0]?.endsWith(evalue)) lines.shift();
  const out = { place: [] as string[], source: [] as string[], trace: [] as string[], hint: "" };
  let inTrace = false;
  for (const line of lines) {
    if (/^\s*hint: /.test(line)) { out.hint = line.replace(/^\s*hint: /, ""); continue; }
    if (/^\s*(called from:|variables in )/.test(line)) inTrace = true;
    if (inTrace) out.trace.push(line);
    else if (/^\s*(\d+)? \|/.test(line)) out.source.push(line);
    else if (line.trim()) out.place.push(line.trim());
  }
  return out;
}

export function ErrorOutput({ evalue, traceback, goTo, known, fix }: { evalue: string; traceback: string[]; goTo: GoTo; known: Known; fix?: Fix | null }) {
  const p = parts(evalue, traceback);
  return (
    <div class="out-error" role="alert">
      <p class="message"><span class="mark" aria-hidden="true">✕</span>{linked(evalue, goTo, known)}</p>
      {p.place.length > 0 && <p class="place">{linked(plain(p.place.join(", ")), goTo, known)}</p>}
      {p.source.length > 0 && <pre class="source">{plain(p.source.join("\n"))}</pre>}
      {(p.hint || fix) && <p class="hint"><span>{linked(p.hint, goTo, known)}</span>{fix && <button type="button" class="small" onClick={fix.apply}>{fix.label}</button>}</p>}
      {p.trace.length > 0 && (
        <details><summary>How it got there</summary><pre class="source">{linked(plain(p.trace.join("\n")), goTo, known)}</pre></details>
      )}
    </div>
  );
}

const plain = (text: string) => ansiSpans(text).map((s) => s.text).join("");
