// The headings of the notebook.
import type { Notebook } from "../notebook/notebook";

interface Heading { cell: string; level: number; text: string }

function headings(nb: Notebook): Heading[] {
  return nb.doc.cells.value.filter((c) => c.kind.value === "markdown").flatMap((c) => {
    const text = c.source.value.replace(/```[\s\S]*?(```|$)/g, "");
    return [...text.matchAll(/^(#{1,4})\s+(.+?)\s*#*$/gm)].map((m) => ({ cell: c.id, level: m[1]!.length, text: m[2]!.replace(/[*_`]/g, "") }));
  });
}

export function Outline({ nb }: { nb: Notebook }) {
  const list = headings(nb);
  if (!list.length) return <p class="empty">Headings in text cells appear here. Write one as # Title.</p>;
  const top = Math.min(...list.map((h) => h.level));
  return (
    <ul class="outline">
      {list.map((h, i) => (
        <li key={i} data-level={h.level - top}><button type="button" class="plain" aria-current={nb.doc.focus.value === h.cell || undefined} onClick={() => nb.goTo(h.cell)}>{h.text}</button></li>
      ))}
    </ul>
  );
}
