// Builds the page into ../dist: hashed names, and beside each file its gzip and
// Brotli form, so that the server compresses nothing. The same sources give the
// same bytes. With --check nothing is written: the build must equal what is there.
import { build } from "esbuild";
import { readFileSync, readdirSync, rmSync, writeFileSync, mkdirSync } from "node:fs";
import { join, dirname, extname } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync, brotliCompressSync, brotliDecompressSync, gunzipSync, constants } from "node:zlib";

const here = dirname(fileURLToPath(import.meta.url));
const dist = join(here, "..", "dist");
const check = process.argv.includes("--check");

const result = await build({
  absWorkingDir: here,
  entryPoints: { page: "src/main.tsx" },
  bundle: true, splitting: true, minify: true, write: false, metafile: true,
  format: "esm", target: ["es2022"], jsx: "automatic", jsxImportSource: "preact",
  outdir: dist, entryNames: "[name]-[hash]", chunkNames: "part-[hash]", assetNames: "[name]-[hash]",
  legalComments: "none", charset: "utf8", define: { "process.env.NODE_ENV": '"production"' },
});

// The frame of an output has an origin of its own, which may load nothing: its
// script is part of it.
const inner = await build({
  absWorkingDir: here, entryPoints: ["src/outputs/frame-inner.ts"], bundle: true, minify: true, write: false, format: "iife", target: ["es2022"],
});

const files = new Map();
let script, style;
for (const out of result.outputFiles) {
  const name = out.path.slice(dist.length + 1);
  files.set(name, Buffer.from(out.contents));
  if (/^page-.*\.js$/.test(name)) script = name;
  if (/^page-.*\.css$/.test(name)) style = name;
}

// What the entry imports statically is loaded with it: name it early.
const outputs = result.metafile.outputs;
const first = new Set();
const visit = (key) => {
  for (const i of outputs[key].imports) {
    if (i.kind === "import-statement" && !first.has(i.path)) { first.add(i.path); visit(i.path); }
  }
};
visit(Object.keys(outputs).find((k) => k.endsWith(script)));
const preload = [...first].map((p) => p.split("/").pop()).sort();

const fill = (text) => text.replaceAll("{{script}}", script).replaceAll("{{style}}", style).replaceAll("{{frame}}", () => inner.outputFiles[0].text.trim())
  .replaceAll("{{preload}}", preload.map((p) => `<link rel="modulepreload" href="/static/page/${p}">`).join("\n"));
for (const page of ["index.html", "frame.html"]) files.set(page, Buffer.from(fill(readFileSync(join(here, "src", page), "utf8"))));

files.set("logo.svg", readFileSync(join(here, "..", "server", "logo.svg")));

const firstPage = [script, style, ...preload];
const size = (names) => names.reduce((n, name) => n + gzip(files.get(name)).length, 0);
console.log(`first page: ${(size(firstPage) / 1000).toFixed(1)} kB gzip; all: ${(size([...files.keys()]) / 1000).toFixed(1)} kB gzip in ${files.size} files`);

function gzip(data) { return gzipSync(data, { level: 9 }); }
function brotli(data) {
  return brotliCompressSync(data, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: data.length } });
}
const isPacked = (name) => [".gz", ".br"].includes(extname(name));
const keep = (name) => name.endsWith(".go"); // the package that embeds the files

if (check) {
  const problems = [];
  const there = readdirSync(dist).filter((n) => !keep(n));
  for (const name of there.filter((n) => !isPacked(n))) if (!files.has(name)) problems.push(`${name} is not built any more`);
  for (const [name, data] of files) {
    const want = (suffix, open) => {
      try { return open(readFileSync(join(dist, name + suffix))).equals(data); } catch { return false; }
    };
    if (!want("", (d) => d)) problems.push(`${name} differs from its sources`);
    if (!want(".gz", gunzipSync)) problems.push(`${name}.gz is not ${name}`);
    if (!want(".br", brotliDecompressSync)) problems.push(`${name}.br is not ${name}`);
  }
  if (problems.length) {
    console.error(problems.join("\n") + "\nrun: npm --prefix frontend/web run build");
    process.exit(1);
  }
  console.log("frontend/dist is what the sources give");
} else {
  mkdirSync(dist, { recursive: true });
  for (const name of readdirSync(dist)) if (!keep(name)) rmSync(join(dist, name));
  for (const [name, data] of files) {
    writeFileSync(join(dist, name), data);
    writeFileSync(join(dist, name + ".gz"), gzip(data));
    writeFileSync(join(dist, name + ".br"), brotli(data));
  }
}
