// Modal dialogs on the browser's own <dialog>, which keeps the focus inside.
import { signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";

/** Without onClose, only what is in the dialog ends it. */
export function Dialog({ title, onClose, children, wide = false }: { title: string; onClose?: () => void; children: ComponentChildren; wide?: boolean }) {
  const ref = useRef<HTMLDialogElement>(null);
  const gone = useRef(false);
  useLayoutEffect(() => {
    const dialog = ref.current!;
    dialog.showModal();
    return () => {
      gone.current = true;
      dialog.close(); // gives the focus back
    };
  }, []);
  return (
    <dialog ref={ref} class={wide ? "wide" : ""} aria-label={title} onCancel={(e) => { if (!onClose) e.preventDefault(); }}
      onClose={() => { if (gone.current) return; if (onClose) onClose(); else ref.current!.showModal(); }}
      onClick={(e) => { if (e.target === ref.current) onClose?.(); }}>
      <div class="dialog-body">
        <h2>{title}</h2>
        {children}
      </div>
    </dialog>
  );
}

interface Asked { title: string; text?: string; label?: string; value?: string; ok: string; danger?: boolean; resolve: (v: string | null) => void }

const asked = signal<Asked | null>(null);

/** Asks for a text; null if the user gave up. */
export function askText(title: string, label: string, value: string, ok: string): Promise<string | null> {
  return new Promise((resolve) => { asked.value = { title, label, value, ok, resolve }; });
}

/** Asks whether to go on. */
export function confirm(title: string, text: string, ok: string, danger = false): Promise<boolean> {
  return new Promise((resolve) => { asked.value = { title, text, ok, danger, resolve: (v) => resolve(v !== null) }; });
}

/** Shows what askText and confirm ask. */
export function Asking() {
  const a = asked.value;
  const input = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => {
    const stem = a?.value?.lastIndexOf(".") ?? -1;
    input.current?.focus();
    input.current?.setSelectionRange(0, stem > 0 ? stem : a?.value?.length ?? 0);
  }, [a]);
  if (!a) return null;
  const end = (v: string | null) => { asked.value = null; a.resolve(v); };
  return (
    <Dialog title={a.title} onClose={() => end(null)}>
      <form method="dialog" onSubmit={(e) => { e.preventDefault(); end(a.label ? input.current!.value : ""); }}>
        {a.text && <p>{a.text}</p>}
        {a.label && <label class="field"><span>{a.label}</span><input ref={input} type="text" defaultValue={a.value} required /></label>}
        <div class="buttons">
          <button type="button" onClick={() => end(null)}>Cancel</button>
          <button type="submit" class={a.danger ? "danger" : "primary"}>{a.ok}</button>
        </div>
      </form>
    </Dialog>
  );
}
