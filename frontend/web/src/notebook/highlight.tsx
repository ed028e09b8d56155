// Code as coloured text without an editor: what far-away cells show.
import type { VNode } from "preact";
import { classHighlighter, highlightCode } from "@lezer/highlight";
import { language } from "./languages";

/** The text in spans with the classes that the editor uses. */
export function highlighted(text: string, lang: string): (VNode | string)[] | string {
  const support = language(lang);
  if (!support || text.length > 20_000) return text;
  const parts: (VNode | string)[] = [];
  highlightCode(text, support.language.parser.parse(text), classHighlighter,
    (code, classes) => parts.push(classes ? <span class={classes}>{code}</span> : code),
    () => parts.push("\n"));
  return parts;
}
