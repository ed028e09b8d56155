// The problems of a cell in its editor: underlined, with the message, a link to
// its explanation and the fix on hover.
import { diagnosticCount, setDiagnostics, type Diagnostic as Mark } from "@codemirror/lint";
import type { EditorView } from "@codemirror/view";
import type { Diagnostic } from "../api/check";
import { offsetAt } from "./problems";

export interface Acts { explain: (code: string) => void; fix: (d: Diagnostic) => void }

const severities = { error: "error", warning: "warning", note: "info" } as const;

export function markProblems(view: EditorView, found: readonly Diagnostic[], acts: Acts): void {
  const text = view.state.doc.toString();
  const marks = found.filter((d) => d.line).map((d) => markOf(text, d, acts));
  if (!marks.length && !diagnosticCount(view.state)) return;
  view.dispatch(setDiagnostics(view.state, marks));
}

function markOf(text: string, d: Diagnostic, acts: Acts): Mark {
  const from = offsetAt(text, d.line!, d.column ?? 1);
  const end = d.end_column ? offsetAt(text, d.line!, d.end_column) : from + 1;
  return {
    from, to: Math.min(text.length, Math.max(end, from)), severity: severities[d.severity], message: `${d.message} (${d.code})`,
    renderMessage: () => message(d, acts),
    actions: d.fix ? [{ name: d.fix.title, apply: () => acts.fix(d) }] : [],
  };
}

function message(d: Diagnostic, acts: Acts): HTMLElement {
  const box = document.createElement("span");
  box.className = "problem-text";
  box.append(d.message + " ");
  const code = box.appendChild(document.createElement("button"));
  code.type = "button";
  code.className = "link code-link";
  code.textContent = d.code;
  code.title = "What this is about";
  code.onclick = () => acts.explain(d.code);
  if (d.hint) box.appendChild(document.createElement("small")).textContent = d.hint;
  return box;
}
