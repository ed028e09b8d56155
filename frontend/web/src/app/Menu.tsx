// A button with a menu, by the ARIA pattern: arrows move, Escape closes.
import { useEffect, useRef, useState } from "preact/hooks";
import type { ComponentChildren } from "preact";

export interface Item { label: string; hint?: string; run: () => void; danger?: boolean; checked?: boolean; disabled?: boolean }

export function Menu({ label, title, items, children, cls = "icon" }: { label: string; title?: string; items: () => (Item | null)[]; children: ComponentChildren; cls?: string }) {
  const [open, setOpen] = useState(false);
  const root = useRef<HTMLSpanElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (!open) return;
    root.current!.querySelector<HTMLElement>("[role^=menuitem]:not([disabled])")?.focus();
    const outside = (e: Event) => { if (!root.current!.contains(e.target as Node)) setOpen(false); };
    document.addEventListener("pointerdown", outside);
    return () => document.removeEventListener("pointerdown", outside);
  }, [open]);
  const close = () => { setOpen(false); button.current?.focus(); };
  const keys = (e: KeyboardEvent) => {
    if (!open) return;
    const all = [...root.current!.querySelectorAll<HTMLElement>("[role^=menuitem]:not([disabled])")];
    const i = all.indexOf(document.activeElement as HTMLElement);
    const to = { ArrowDown: i + 1, ArrowUp: i - 1 + all.length, Home: 0, End: all.length - 1 }[e.key];
    e.stopPropagation();
    if (to !== undefined) { e.preventDefault(); all[to % all.length]?.focus(); }
    if (e.key === "Escape") { e.preventDefault(); close(); }
    if (e.key === "Tab") setOpen(false);
  };
  return (
    <span class="menu-root" ref={root} onKeyDown={keys}>
      <button ref={button} type="button" class={cls} aria-haspopup="menu" aria-expanded={open} aria-label={label} title={title ?? label} onClick={() => setOpen(!open)}>{children}</button>
      {open && (
        <div class="menu" role="menu" aria-label={label}>
          {items().map((it, i) => (it === null ? <hr key={i} /> : (
            <button key={i} type="button" role={it.checked === undefined ? "menuitem" : "menuitemradio"} aria-checked={it.checked} disabled={it.disabled} class={it.danger ? "danger" : ""}
              onClick={() => { close(); it.run(); }}>
              {it.checked !== undefined && <span class="check" aria-hidden="true">{it.checked ? "✓" : ""}</span>}
              <span>{it.label}</span>{it.hint && <kbd>{it.hint}</kbd>}
            </button>
          )))}
        </div>
      )}
    </span>
  );
}
