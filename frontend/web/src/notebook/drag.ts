// Moves cells by dragging their grip, with mouse, pen or finger.
import type { Cell } from "./cell";
import type { Notebook } from "./notebook";

export function startDrag(nb: Notebook, cell: Cell, e: PointerEvent): void {
  if (e.button !== 0) return;
  e.preventDefault();
  const { doc } = nb;
  if (!doc.selection.includes(cell)) doc.select(cell.id);
  doc.mode.value = "command";
  const articles = [...document.querySelectorAll<HTMLElement>(".cells > .slot > .cell")];
  const root = document.querySelector<HTMLElement>(".scroll-root")!;
  const move = (m: PointerEvent) => {
    const edge = 60;
    const box = root.getBoundingClientRect();
    if (m.clientY < box.top + edge) root.scrollBy(0, -12);
    if (m.clientY > box.bottom - edge) root.scrollBy(0, 12);
    const i = articles.findIndex((a) => { const r = a.getBoundingClientRect(); return m.clientY < r.top + r.height / 2; });
    nb.dropAt.value = i < 0 ? articles.length : i;
  };
  const end = (drop: boolean) => () => {
    removeEventListener("pointermove", move);
    removeEventListener("pointerup", dropped);
    removeEventListener("pointercancel", cancelled);
    removeEventListener("keydown", escape, true);
    const to = nb.dropAt.peek();
    nb.dropAt.value = -1;
    if (drop && to >= 0) doc.reorder(to);
  };
  const dropped = end(true);
  const cancelled = end(false);
  const escape = (k: KeyboardEvent) => { if (k.key === "Escape") { k.stopPropagation(); cancelled(); } };
  addEventListener("pointermove", move);
  addEventListener("pointerup", dropped);
  addEventListener("pointercancel", cancelled);
  addEventListener("keydown", escape, true);
}
