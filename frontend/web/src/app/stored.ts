// Signals that outlive the page: how the user arranged it.
import { effect, signal, type Signal } from "@preact/signals";

export function stored<T>(key: string, initial: T): Signal<T> {
  let value = initial;
  try { value = JSON.parse(localStorage.getItem("wnb." + key) ?? "null") ?? initial; } catch { /* somebody else's text */ }
  const s = signal<T>(value);
  let first = true;
  effect(() => {
    const text = JSON.stringify(s.value);
    if (!first) localStorage.setItem("wnb." + key, text);
    first = false;
  });
  return s;
}
