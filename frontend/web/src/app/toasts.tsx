// Short messages at the edge of the page. They go by themselves, errors do not.
import { signal } from "@preact/signals";

interface Toast { id: number; text: string; error: boolean }

const shown = signal<readonly Toast[]>([]);
let last = 0;

export function toast(text: string, error = false): void {
  const id = ++last;
  shown.value = [...shown.value.filter((t) => t.text !== text).slice(-3), { id, text, error }];
  if (!error) setTimeout(() => dismiss(id), 5000);
}

/** Shows an error of a request. */
export function complain(e: unknown): void {
  toast(e instanceof Error ? e.message : String(e), true);
}

function dismiss(id: number): void {
  shown.value = shown.value.filter((t) => t.id !== id);
}

export function Toasts() {
  return (
    <div class="toasts" role="status" aria-live="polite">
      {shown.value.map((t) => (
        <div key={t.id} class={t.error ? "toast error" : "toast"}>
          <span>{t.text}</span>
          <button type="button" class="icon" aria-label="Dismiss" onClick={() => dismiss(t.id)}>✕</button>
        </div>
      ))}
    </div>
  );
}
