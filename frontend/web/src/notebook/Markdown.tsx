// Markdown as HTML. Formulas are MathML, made by KaTeX, which is loaded when the
// first one appears.
import { useEffect, useMemo, useState } from "preact/hooks";
import MarkdownIt from "markdown-it";
import { cleanHTML } from "../outputs/sanitize";
import { escapePath } from "../api/http";

type Katex = typeof import("katex").default;

let katex: Katex | null = null; // the loaded library, as an import would be

function renderer(dir: string): InstanceType<typeof MarkdownIt> {
  const md = new MarkdownIt({ html: true, linkify: true, typographer: false });
  md.renderer.rules.fence = (tokens, i) => `<pre><code>${md.utils.escapeHtml(String(tokens[i]!.content))}</code></pre>`;
  const image = md.renderer.rules.image!;
  md.renderer.rules.image = (tokens, i, opts, env, self) => {
    const src = String(tokens[i]!.attrGet("src") ?? "");
    if (!/^([a-z]+:|\/)/i.test(src)) tokens[i]!.attrSet("src", "/files/" + escapePath((dir ? dir + "/" : "") + decodeURI(src)));
    return image(tokens, i, opts, env, self);
  };
  return md;
}

/** Formulas: $$ block $$ and $inline$, not in code. */
const formula = /(```[\s\S]*?```|`[^`\n]*`)|\$\$([\s\S]+?)\$\$|(?<![\\$\w])\$(?!\s)([^$\n]+?)(?<![\s\\])\$(?!\d)/g;

const hasFormula = (source: string) => [...source.matchAll(formula)].some((m) => !m[1]);

function render(source: string, dir: string): string {
  const formulas: string[] = [];
  const text = source.replace(formula, (all, code: string | undefined, block: string | undefined, inline: string | undefined) => {
    if (code !== undefined) return all;
    const tex = block ?? inline ?? "";
    formulas.push(katex ? katex.renderToString(tex, { output: "mathml", displayMode: block !== undefined, throwOnError: false, trust: false }) : `<code>${escapeHTML(all)}</code>`);
    return `\u{f8f0}${formulas.length - 1}\u{f8f1}`;
  });
  const html = renderer(dir).render(text).replace(/\u{f8f0}(\d+)\u{f8f1}/gu, (_, n: string) => formulas[Number(n)] ?? "");
  return cleanHTML(html);
}

const escapeHTML = (text: string) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

export function Markdown({ source, dir = "" }: { source: string; dir?: string }) {
  const [loaded, setLoaded] = useState(katex !== null);
  useEffect(() => {
    if (loaded || !hasFormula(source)) return;
    void import("katex").then((m) => { katex = m.default; setLoaded(true); });
  }, [source, loaded]);
  const html = useMemo(() => render(source, dir), [source, dir, loaded]);
  return <div class="prose" dangerouslySetInnerHTML={{ __html: html }} />;
}
