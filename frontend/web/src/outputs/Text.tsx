// Printed text: ANSI colours, long texts folded in the middle.
import { useMemo, useState } from "preact/hooks";
import { ansiSpans, settle } from "./ansi";

const foldFrom = 60; // lines
const head = 24;
const tail = 8;
const lineLimit = 20_000; // characters of one line

function Coloured({ text }: { text: string }) {
  const spans = useMemo(() => ansiSpans(text), [text]);
  return <>{spans.map((s) => (s.classes ? <span class={s.classes}>{whole(s.text)}</span> : whole(s.text)))}</>;
}

/** Text in which the kernel's note about what it left out leads to the whole. */
function whole(text: string) {
  return text.split(/(?<=the whole output is blob )([0-9a-f]{64})/).map((part, i) => (i % 2 ? <a href={`/api/wnb/outputs/${part}`} target="_blank" rel="noopener">{part.slice(0, 12)}…</a> : part));
}

export function Text({ text, error = false }: { text: string; error?: boolean }) {
  const [open, setOpen] = useState(false);
  const lines = useMemo(() => settle(text).replace(/\n$/, "").split("\n").map((l) => (l.length > lineLimit ? l.slice(0, lineLimit) + " …" : l)), [text]);
  const cls = error ? "out-text stderr" : "out-text";
  if (lines.length <= foldFrom) return <pre class={cls}><Coloured text={lines.join("\n")} /></pre>;
  const between = lines.length - head - tail;
  if (open) {
    return (
      <div class="out-long">
        <pre class={cls + " tall"} tabIndex={0} aria-label={`${lines.length.toLocaleString("en")} lines of output`}><Coloured text={lines.join("\n")} /></pre>
        <button type="button" class="fold" onClick={() => setOpen(false)}>Fold {between.toLocaleString("en")} lines</button>
      </div>
    );
  }
  return (
    <div class="out-long">
      <pre class={cls}><Coloured text={lines.slice(0, head).join("\n")} /></pre>
      <button type="button" class="fold" onClick={() => setOpen(true)}>Show {between.toLocaleString("en")} more lines</button>
      <pre class={cls}><Coloured text={lines.slice(-tail).join("\n")} /></pre>
    </div>
  );
}
