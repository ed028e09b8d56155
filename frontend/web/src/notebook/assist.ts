// What the kernel knows while one types: completion, help on hover, and the
// signature of the call that the cursor is in.
import { EditorView, hoverTooltip, showTooltip, type Tooltip } from "@codemirror/view";
import { StateEffect, StateField, type EditorState, type Extension } from "@codemirror/state";
import { autocompletion, closeCompletion, type CompletionContext, type CompletionResult, type Completion } from "@codemirror/autocomplete";
import type { Connection } from "../kernel/connection";

export type Ask = () => Connection | null;

const points = (text: string, at: number) => [...text.slice(0, at)].length;

async function inspect(ask: Ask, code: string, at: number): Promise<string> {
  const reply = await ask()?.ask("inspect_request", { code, cursor_pos: points(code, at), detail_level: 0 }).catch(() => null);
  const text = reply?.found ? reply.data["text/plain"] : "";
  return typeof text === "string" ? text : "";
}

const noise = new Set(["and", "or", "not", "in", "if", "for"]);

function source(ask: Ask) {
  return async (context: CompletionContext): Promise<CompletionResult | null> => {
    const word = context.matchBefore(/[\p{L}_][\p{L}\p{N}_]*$/u);
    const trigger = context.matchBefore(/[.("'/\[]$/);
    if (!word && !trigger && !context.explicit) return null;
    if (trigger?.text === "(" && !context.explicit) return null;
    const code = context.state.doc.toString();
    const reply = await ask()?.ask("complete_request", { code, cursor_pos: points(code, context.pos) }).catch(() => null);
    if (!reply || context.aborted || !reply.matches?.length) return null;
    const from = [...code].slice(0, reply.cursor_start).join("").length;
    return {
      from, validFor: /^[\p{L}\p{N}_]*$/u,
      options: reply.matches.map((label): Completion => ({
        label, type: label.endsWith("=") ? "property" : label.endsWith("/") ? "folder" : "variable",
        boost: label.endsWith("=") ? 2 : noise.has(label) ? -1 : label.startsWith("_") ? -2 : 0,
        info: () => infoOf(ask, code.slice(0, from) + label),
      })),
    };
  };
}

async function infoOf(ask: Ask, code: string): Promise<Node | null> {
  const text = await inspect(ask, code, code.length);
  return text ? help(text) : null;
}

/** Help as the kernel gives it: a signature, then prose and an example. */
function help(text: string): HTMLElement {
  const box = document.createElement("div");
  box.className = "help";
  const [first, ...rest] = text.trimEnd().split("\n");
  const code = box.appendChild(document.createElement("code"));
  code.textContent = first!;
  const prose = rest.join("\n").trim();
  if (prose) box.appendChild(document.createElement("p")).textContent = prose;
  return box;
}

function hover(ask: Ask): Extension {
  return hoverTooltip(async (view, pos): Promise<Tooltip | null> => {
    const line = view.state.doc.lineAt(pos);
    const word = /[\p{L}\p{N}_]/u;
    let [from, to] = [pos, pos];
    while (from > line.from && word.test(line.text[from - line.from - 1]!)) from--;
    while (to < line.to && word.test(line.text[to - line.from]!)) to++;
    if (from === to || !/[\p{L}_]/u.test(line.text[from - line.from]!)) return null;
    const text = await inspect(ask, view.state.doc.toString(), to);
    return text ? { pos: from, end: to, above: true, create: () => ({ dom: help(text) }) } : null;
  }, { hoverTime: 450 });
}

const setSignature = StateEffect.define<Tooltip | null>();

const signature = StateField.define<Tooltip | null>({
  create: () => null,
  update(value, tr) {
    for (const e of tr.effects) if (e.is(setSignature)) return e.value;
    return value && tr.docChanged ? { ...value, pos: tr.changes.mapPos(value.pos) } : value;
  },
  provide: (f) => showTooltip.from(f),
});

/** The offset behind the bracket of the call that a position is in; -1 outside of calls. */
export function callAt(state: EditorState, pos: number): number {
  const text = state.sliceDoc(Math.max(0, pos - 2000), pos);
  let depth = 0;
  for (let i = text.length - 1; i >= 0; i--) {
    if (")]}".includes(text[i]!)) depth++;
    else if ("([{".includes(text[i]!) && depth-- === 0) {
      return text[i] === "(" && /[\p{L}\p{N}_]$/u.test(text.slice(0, i)) ? pos - text.length + i + 1 : -1;
    }
  }
  return -1;
}

function signatureHelp(ask: Ask): Extension {
  let shown = -1, asked = 0;
  return [signature, EditorView.updateListener.of((u) => {
    if (u.transactions.some((t) => t.effects.some((e) => e.is(setSignature) && !e.value))) asked++; // what comes now is not wanted any more
    if (!u.docChanged && !u.selectionSet && !u.focusChanged) return;
    const view = u.view;
    const typed = u.transactions.some((t) => t.isUserEvent("input") || t.isUserEvent("delete"));
    const at = view.hasFocus ? callAt(u.state, u.state.selection.main.head) : -1;
    const hide = () => { shown = -1; if (view.state.field(signature)) view.dispatch({ effects: setSignature.of(null) }); };
    if (at < 0) { if (shown >= 0) queueMicrotask(hide); return; }
    if (!typed || at === shown) return;
    shown = at;
    const code = u.state.doc.toString(), mine = ++asked;
    void inspect(ask, code, at).then((text) => {
      if (shown !== at || mine !== asked || !text.split("\n")[0]!.includes("(")) return;
      view.dispatch({ effects: setSignature.of({ pos: at, above: true, create: () => ({ dom: help(text.split("\n")[0]!) }) }) });
    });
  })];
}

/** Closes what the kernel shows beside the cursor; false if it shows nothing. */
export function closeHelp(view: EditorView): boolean {
  const closed = closeCompletion(view), shown = !!view.state.field(signature, false);
  view.dispatch({ effects: setSignature.of(null) });
  return closed || shown;
}

/** All that the kernel helps with, for code cells. */
export function assist(ask: Ask): Extension {
  return [autocompletion({ override: [source(ask)], icons: false, maxRenderedOptions: 60, activateOnTypingDelay: 60 }), hover(ask), signatureHelp(ask)];
}
