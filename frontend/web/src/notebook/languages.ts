// The languages that code is shown in. Python's grammar is Starlark's; the
// others are loaded when a cell or file needs them.
import type { Extension } from "@codemirror/state";
import { LanguageSupport } from "@codemirror/language";
import { pythonLanguage } from "@codemirror/lang-python";

const loaders: Record<string, () => Promise<LanguageSupport>> = {
  sql: async () => (await import("@codemirror/lang-sql")).sql({ upperCaseKeywords: true }),
  markdown: async () => (await import("@codemirror/lang-markdown")).markdown(),
  go: async () => (await import("@codemirror/lang-go")).go(),
  rust: async () => (await import("@codemirror/lang-rust")).rust(),
  c: async () => (await import("@codemirror/lang-cpp")).cpp(),
  assemblyscript: async () => (await import("@codemirror/lang-javascript")).javascript({ typescript: true }),
  json: async () => (await import("@codemirror/lang-json")).json(),
  yaml: async () => (await import("@codemirror/lang-yaml")).yaml(),
};

const starlark = new LanguageSupport(pythonLanguage);
const loaded = new Map<string, LanguageSupport>([["starlark", starlark], ["python", starlark]]);

/** The language if it is there already. */
export function language(name: string): LanguageSupport | undefined {
  return loaded.get(name);
}

/** The language, loaded first if need be; nothing for a name without one. */
export async function loadLanguage(name: string): Promise<Extension> {
  const have = loaded.get(name);
  if (have) return have;
  const load = loaders[name];
  if (!load) return [];
  const support = await load();
  loaded.set(name, support);
  return support;
}

const byExtension: Record<string, string> = {
  py: "python", star: "starlark", sql: "sql", md: "markdown", wnb: "markdown", go: "go", rs: "rust", c: "c", h: "c", cpp: "c",
  ts: "assemblyscript", js: "assemblyscript", json: "json", jsonl: "json", ipynb: "json", yaml: "yaml", yml: "yaml",
};

export function languageOfFile(name: string): string {
  return byExtension[name.split(".").pop()?.toLowerCase() ?? ""] ?? "";
}
