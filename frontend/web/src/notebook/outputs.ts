// How messages change the outputs of a cell. Pure: outputs in, outputs out.
import type { OutputJSON } from "../api/contents";
import type { Incoming } from "../kernel/messages";

export function appendStream(outputs: OutputJSON[], name: "stdout" | "stderr", text: string): OutputJSON[] {
  const last = outputs.at(-1);
  if (last?.output_type === "stream" && last.name === name) {
    return [...outputs.slice(0, -1), { ...last, text: last.text + text }];
  }
  return [...outputs, { output_type: "stream", name, text }];
}

export function appendDisplay(outputs: OutputJSON[], c: Incoming["display_data"]): OutputJSON[] {
  return [...outputs, { output_type: "display_data", data: c.data, metadata: c.metadata, display_id: c.transient?.display_id }];
}

export function appendResult(outputs: OutputJSON[], c: Incoming["execute_result"]): OutputJSON[] {
  return [...outputs, { output_type: "execute_result", data: c.data, metadata: c.metadata, execution_count: c.execution_count, display_id: c.transient?.display_id }];
}

export function appendError(outputs: OutputJSON[], c: Incoming["error"]): OutputJSON[] {
  return [...outputs, { output_type: "error", ename: c.ename, evalue: c.evalue, traceback: c.traceback }];
}

/** Replaces what was displayed under an id; the same array where nothing was. */
export function updateDisplay(outputs: OutputJSON[], c: Incoming["update_display_data"]): OutputJSON[] {
  const id = c.transient?.display_id;
  const shows = (o: OutputJSON) => (o.output_type === "display_data" || o.output_type === "execute_result") && o.display_id === id;
  if (!id || !outputs.some(shows)) return outputs;
  return outputs.map((o) => (shows(o) ? { ...o, data: c.data, metadata: c.metadata } as OutputJSON : o));
}

/**
 * Puts what comes over what a cell showed before: the last old outputs are of the
 * run before, and go one by one, so that nothing jumps where all come again.
 */
export function over(all: OutputJSON[], old: number, extend: (have: OutputJSON[]) => OutputJSON[]): { all: OutputJSON[]; old: number } {
  const have = all.slice(0, Math.max(0, all.length - old));
  const next = extend(have);
  const left = Math.max(0, Math.min(old, all.length) - (next.length - have.length));
  return { all: [...next, ...all.slice(all.length - left)], old: left };
}
