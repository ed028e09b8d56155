// A part of the side panels that folds and remembers it.
import type { ComponentChildren } from "preact";
import { parts } from "../notebook/layout";

export function Section({ id, title, aside, children }: { id: string; title: string; aside?: ComponentChildren; children: ComponentChildren }) {
  const open = parts.value[id] ?? true;
  return (
    <details class="section" open={open} onToggle={(e) => { const is = e.currentTarget.open; if (is !== open) parts.value = { ...parts.peek(), [id]: is }; }}>
      <summary><h2>{title}</h2><span class="aside">{aside}</span></summary>
      {open && <div class="section-body">{children}</div>}
    </details>
  );
}
