// A figure as a file: its data as CSV, and the picture as it is shown. Nothing
// leaves the machine.
import { bandName } from "./marks";
import { column, isNamed, type FigureData, type Panel, type Series } from "./data";

type Row = Map<string, string>;

const exact = (v: number | null | undefined): string => (v == null ? "" : String(v));

function rowsOf(p: Panel, s: Series): Row[] {
  const named = isNamed(p);
  const band = s.horizontal ? p.y : p.x;
  return Array.from({ length: s.columns[0]?.values.length ?? 0 }, (_, i) => {
    const row: Row = new Map();
    if (named) row.set("series", s.name);
    const [from, to] = [column(s, "from")[i], column(s, "to")[i]];
    if (s.kind === "bars" && band.type === "category" && from != null && to != null) row.set(band.label || "name", bandName(p, s, from, to));
    for (const c of s.columns) {
      const axis = c.role === "x" ? p.x : c.role === "y" ? p.y : null;
      const v = c.values[i];
      if (axis?.type === "category") row.set(axis.label || c.label, v == null ? "" : axis.categories[v] ?? "");
      else if (!(band.type === "category" && (c.role === "from" || c.role === "to"))) row.set(c.label, exact(v));
    }
    return row;
  });
}

const quoted = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** The data of all series as one table; a series without a column leaves it empty. */
export function csvOf(data: FigureData): string {
  const rows = data.panels.flatMap((p) => p.series.filter((s) => !s.reference).flatMap((s) => rowsOf(p, s)));
  const names = [...new Set(rows.flatMap((r) => [...r.keys()]))];
  return [names, ...rows.map((r) => names.map((n) => r.get(n) ?? ""))].map((r) => r.map(quoted).join(",") + "\n").join("");
}

/** How many rows of the figure there are for each that the data has. */
export const sampling = (data: FigureData): number => Math.max(1, ...data.panels.flatMap((p) => p.series.map((s) => s.every)));

const fileName = (data: FigureData, ending: string): string => ((data.title || data.kind).toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-+|-+$/g, "").slice(0, 60) || "figure") + ending;

function save(name: string, content: Blob): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000); // when the browser has surely read it
}

export const saveCSV = (data: FigureData): void => save(fileName(data, sampling(data) > 1 ? "-sample.csv" : ".csv"), new Blob([csvOf(data)], { type: "text/csv" }));

/** The SVG with the colours of a light page in place of the page's variables. */
function standalone(svg: SVGSVGElement): string {
  return new XMLSerializer().serializeToString(svg).replace(/var\(--wnb-[a-z]+, (#[0-9a-f]{6})\)/g, "$1");
}

export const saveSVG = (data: FigureData, svg: SVGSVGElement): void => save(fileName(data, ".svg"), new Blob([standalone(svg)], { type: "image/svg+xml" }));

/** Saves a PNG with twice the density of a plain screen. */
export async function savePNG(data: FigureData, svg: SVGSVGElement): Promise<void> {
  const image = new Image();
  image.src = "data:image/svg+xml;charset=utf-8," + encodeURIComponent(standalone(svg));
  await image.decode();
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [2 * data.width, 2 * data.height];
  canvas.getContext("2d")!.drawImage(image, 0, 0, canvas.width, canvas.height);
  const file = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/png"));
  if (!file) throw new Error("the browser could not make a PNG of the figure");
  save(fileName(data, ".png"), file);
}
