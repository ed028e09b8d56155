// The editor of a cell or a text file.
import { Compartment, EditorState, Prec, StateEffect, StateField, type Extension } from "@codemirror/state";
import {
  Decoration, EditorView, ViewPlugin, drawSelection, highlightSpecialChars, keymap, lineNumbers, placeholder, rectangularSelection, type DecorationSet, type KeyBinding,
} from "@codemirror/view";
import { bracketMatching, indentOnInput, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { defaultKeymap, history, historyKeymap, indentLess, indentMore } from "@codemirror/commands";
import { acceptCompletion, closeBrackets, closeBracketsKeymap, completionKeymap, startCompletion } from "@codemirror/autocomplete";
import { classHighlighter } from "@lezer/highlight";
import { language, loadLanguage } from "./languages";

export interface EditorOptions {
  language: string;
  label: string;
  hint?: string;
  lineNumbers?: boolean;
  wrap?: boolean;
  keys: readonly KeyBinding[];
  extensions?: Extension;
  changed: (text: string, state: EditorState) => void;
  focused?: (has: boolean) => void;
}

const nonce = document.body.dataset.nonce ?? "";

/** Marks found text. */
export const setFound = StateEffect.define<readonly { from: number; to: number }[]>();
const foundMark = Decoration.mark({ class: "cm-found" });
const found = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(marks, tr) {
    for (const e of tr.effects) if (e.is(setFound)) return Decoration.set(e.value.map((r) => foundMark.range(r.from, r.to)));
    return marks.map(tr.changes);
  },
  provide: (f) => EditorView.decorations.from(f),
});

export function makeState(doc: string, opt: EditorOptions): EditorState {
  const lang = new Compartment();
  const have = language(opt.language);
  return EditorState.create({
    doc,
    extensions: [
      EditorView.cspNonce.of(nonce),
      Prec.highest(keymap.of([...opt.keys])),
      opt.lineNumbers ? lineNumbers() : [],
      opt.wrap ? EditorView.lineWrapping : [],
      opt.hint ? placeholder(opt.hint) : [],
      history(), drawSelection(), highlightSpecialChars(), rectangularSelection(), bracketMatching(), closeBrackets(), indentOnInput(),
      indentUnit.of("    "), EditorState.tabSize.of(4), EditorState.allowMultipleSelections.of(true),
      syntaxHighlighting(classHighlighter), found, lang.of(have ?? []),
      languageLoader(opt.language, lang, have !== undefined),
      keymap.of([...closeBracketsKeymap, ...completionKeymap, { key: "Tab", run: tab, shift: indentLess }, ...defaultKeymap, ...historyKeymap]),
      EditorView.contentAttributes.of({ "aria-label": opt.label, spellcheck: "false", autocapitalize: "off" }),
      EditorView.updateListener.of((u) => {
        if (u.docChanged) opt.changed(u.state.doc.toString(), u.state);
        if (u.focusChanged) opt.focused?.(u.view.hasFocus);
      }),
      opt.extensions ?? [],
    ],
  });
}

/** Loads the language when the first view shows the state. */
function languageLoader(name: string, at: Compartment, loaded: boolean): Extension {
  if (loaded || !name) return [];
  return ViewPlugin.define((view) => {
    void loadLanguage(name).then((support) => { if (view.dom.isConnected) view.dispatch({ effects: at.reconfigure(support) }); });
    return {};
  });
}

/** Tab completes behind a word, takes an open completion, and indents elsewhere. */
function tab(view: EditorView): boolean {
  if (acceptCompletion(view)) return true;
  const { main } = view.state.selection;
  const before = view.state.sliceDoc(view.state.doc.lineAt(main.head).from, main.head);
  if (main.empty && /[\p{L}\p{N}_."'\]]$/u.test(before)) return startCompletion(view);
  return indentMore(view);
}
