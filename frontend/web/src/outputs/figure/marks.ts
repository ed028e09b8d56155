// The marks of a panel where they are drawn: what the pointer is at, what the
// keys go along, and what their values are. Pure.
import { column, isNamed, toPixel, type Panel, type Series } from "./data";
import { onAxis, readable } from "./numbers";

/** A mark is a point, or fills a box, in pixels of the SVG. */
export interface Mark {
  series: number;
  row: number;
  x: number;
  y: number;
  box?: { x: number; y: number; w: number; h: number };
}

function boxOf(x0: number, y0: number, x1: number, y1: number) {
  return { x: Math.min(x0, x1), y: Math.min(y0, y1), w: Math.abs(x1 - x0), h: Math.abs(y1 - y0) };
}

function barMarks(p: Panel, s: Series, series: number): Mark[] {
  const [from, to, value] = [column(s, "from"), column(s, "to"), column(s, "value")];
  const out: Mark[] = [];
  const [band, length] = s.horizontal ? [p.y, p.x] : [p.x, p.y];
  value.forEach((v, row) => {
    const [a, b] = [from[row], to[row]];
    if (v === null || a == null || b == null) return;
    const [p0, p1, zero, end] = [toPixel(band, a), toPixel(band, b), toPixel(length, 0), toPixel(length, v)];
    const middle = (p0 + p1) / 2;
    out.push(s.horizontal ? { series, row, x: end, y: middle, box: boxOf(zero, p0, end, p1) } : { series, row, x: middle, y: end, box: boxOf(p0, zero, p1, end) });
  });
  return out;
}

function cellMarks(p: Panel, s: Series, series: number): Mark[] {
  const [xs, ys] = [column(s, "x"), column(s, "y")];
  const out: Mark[] = [];
  column(s, "value").forEach((v, row) => {
    const [x, y] = [xs[row], ys[row]];
    if (v === null || x == null || y == null) return;
    const box = boxOf(toPixel(p.x, x - 0.5), toPixel(p.y, y - 0.5), toPixel(p.x, x + 0.5), toPixel(p.y, y + 0.5));
    out.push({ series, row, x: box.x + box.w / 2, y: box.y + box.h / 2, box });
  });
  return out;
}

function boxMarks(p: Panel, s: Series, series: number): Mark[] {
  const [low, high, median] = [column(s, "low"), column(s, "high"), column(s, "median")];
  const out: Mark[] = [];
  column(s, "x").forEach((x, row) => {
    const [l, h, m] = [low[row], high[row], median[row]];
    if (x === null || l == null || h == null || m == null) return;
    out.push({ series, row, x: toPixel(p.x, x), y: toPixel(p.y, m), box: boxOf(toPixel(p.x, x - 0.35), toPixel(p.y, l), toPixel(p.x, x + 0.35), toPixel(p.y, h)) });
  });
  return out;
}

function pointMarks(p: Panel, s: Series, series: number): Mark[] {
  const ys = column(s, "y");
  const out: Mark[] = [];
  column(s, "x").forEach((x, row) => {
    const y = ys[row];
    if (x !== null && y != null) out.push({ series, row, x: toPixel(p.x, x), y: toPixel(p.y, y) });
  });
  return s.kind === "points" ? out.sort((a, b) => a.x - b.x || a.y - b.y) : out;
}

const marksOfKind = { points: pointMarks, line: pointMarks, bars: barMarks, cells: cellMarks, boxes: boxMarks };

/** The marks of the series that are shown, series by series, each in the order in which keys go along. */
export function marksOf(p: Panel, hidden: ReadonlySet<number>): Mark[][] {
  return p.series.map((s, i) => (s.reference || hidden.has(i) ? [] : marksOfKind[s.kind](p, s, i)));
}

const reach = 28; // pixels from a point at which its values are shown

/** How far a pointer is from a mark, in pixels; infinite where it does not mean it. */
function distance(s: Series, m: Mark, x: number, y: number): number {
  const b = m.box;
  if (!b) {
    // A line is followed from above and below.
    const d = Math.hypot(x - m.x, (y - m.y) * (s.kind === "line" ? 0.4 : 1));
    return s.kind === "line" || d <= reach ? d : Infinity;
  }
  const [inX, inY] = [x >= b.x && x <= b.x + b.w, y >= b.y && y <= b.y + b.h];
  if (s.kind === "cells") return inX && inY ? 0 : Infinity;
  if (s.horizontal ? !inY : !inX) return Infinity;
  return s.horizontal ? Math.abs(x - m.x) : Math.abs(y - m.y);
}

export function nearest(p: Panel, marks: Mark[][], x: number, y: number): Mark | null {
  let best: Mark | null = null;
  let least = Infinity;
  for (const m of marks.flat()) {
    if (!inside(p, m)) continue;
    const d = distance(p.series[m.series]!, m, x, y);
    if (d < least) [best, least] = [m, d];
  }
  return best;
}

/** Whether a mark, or a part of it, lies in the plot area. */
export function inside(p: Panel, m: Mark): boolean {
  const [x0, y0, x1, y1] = p.box;
  const b = m.box ?? { x: m.x, y: m.y, w: 0, h: 0 };
  const slack = 0.5;
  return b.x + b.w >= x0 - slack && b.x <= x1 + slack && b.y + b.h >= y0 - slack && b.y <= y1 + slack;
}

export type Step = "ArrowLeft" | "ArrowRight" | "ArrowUp" | "ArrowDown" | "Home" | "End";

/** The mark that a key leads to from another one, or the first of all. */
export function step(p: Panel, marks: Mark[][], from: Mark | null, key: Step): Mark | null {
  const seen = marks.map((of) => of.filter((m) => inside(p, m)));
  const shown = seen.filter((of) => of.length);
  const own = from && seen[from.series];
  const at = own?.findIndex((m) => m.row === from!.row) ?? -1;
  if (!from || !own || at < 0) return shown[0]?.[0] ?? null;
  if (key === "Home") return own[0]!;
  if (key === "End") return own.at(-1)!;
  const s = p.series[from.series]!;
  const forward = key === "ArrowRight" || key === "ArrowDown";
  if (s.kind === "cells") return neighbour(own, own[at]!, key) ?? from;
  const sideways = key === "ArrowLeft" || key === "ArrowRight";
  if (sideways !== s.horizontal) return own[Math.max(0, Math.min(own.length - 1, at + (forward ? 1 : -1)))]!;
  const other = shown[shown.indexOf(own) + (forward ? 1 : -1)];
  if (!other) return from;
  const along = (m: Mark) => Math.abs(s.horizontal ? m.y - from.y : m.x - from.x);
  return other.reduce((a, b) => (along(b) < along(a) ? b : a));
}

/** The next cell of a matrix in a direction. */
function neighbour(cells: Mark[], from: Mark, key: Step): Mark | undefined {
  const [dx, dy] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1], Home: [0, 0], End: [0, 0] }[key] as [number, number];
  const near = (m: Mark) => Math.hypot(m.x - from.x, m.y - from.y);
  const ahead = cells.filter((m) => (dx ? Math.abs(m.y - from.y) < 1 && (m.x - from.x) * dx > 1 : Math.abs(m.x - from.x) < 1 && (m.y - from.y) * dy > 1));
  return ahead.sort((a, b) => near(a) - near(b))[0];
}

/** What a mark shows: names and values. */
export function valuesOf(p: Panel, m: Mark): { title: string; color: string; values: [string, string][] } {
  const s = p.series[m.series]!;
  const values = ({ points: pointValues, line: pointValues, bars: barValues, cells: cellValues, boxes: boxValues })[s.kind](p, s, m.row);
  const coloured = s.columns.some((c) => c.role === "value") && s.kind === "points";
  return { title: isNamed(p) ? s.name : "", color: coloured || s.kind === "cells" ? "" : s.color, values };
}

const at = (s: Series, role: string, row: number): number => column(s, role)[row] ?? NaN;

function pointValues(p: Panel, s: Series, row: number): [string, string][] {
  const axes = { x: p.x, y: p.y } as Record<string, Panel["x"]>;
  return s.columns.map((c) => {
    const axis = axes[c.role];
    const v = c.values[row];
    return [axis?.type === "category" ? axis.label || c.label : c.label, v == null ? "missing" : axis ? onAxis(axis, v) : readable(v)];
  });
}

function barValues(p: Panel, s: Series, row: number): [string, string][] {
  const band = s.horizontal ? p.y : p.x;
  const [from, to] = [at(s, "from", row), at(s, "to", row)];
  const label = s.columns.find((c) => c.role === "value")!.label;
  return [[band.label || (band.type === "category" ? "name" : "value"), bandName(p, s, from, to)], [label, readable(at(s, "value", row))]];
}

/** The category of a bar, the whole number of a bin, or its range. */
export function bandName(p: Panel, s: Series, from: number, to: number): string {
  const band = s.horizontal ? p.y : p.x;
  if (band.type === "category") return onAxis(band, (from + to) / 2);
  return to - from === 1 && from % 1 !== 0 ? readable((from + to) / 2) : `${readable(from)} to ${readable(to)}`;
}

function cellValues(p: Panel, s: Series, row: number): [string, string][] {
  const out: [string, string][] = [
    [p.y.label || "row", onAxis(p.y, at(s, "y", row))], [p.x.label || "column", onAxis(p.x, at(s, "x", row))],
    [s.columns.find((c) => c.role === "value")!.label, readable(at(s, "value", row))],
  ];
  if (s.columns.some((c) => c.role === "share")) out.push(["share of the row", (100 * at(s, "share", row)).toFixed(1) + " %"]);
  return out;
}

function boxValues(p: Panel, s: Series, row: number): [string, string][] {
  const names: [string, string][] = [["high", "upper whisker"], ["q3", "upper quartile"], ["median", "median"], ["q1", "lower quartile"], ["low", "lower whisker"]];
  return [[p.x.label || "group", onAxis(p.x, at(s, "x", row))], ...names.map(([role, label]): [string, string] => [label, readable(at(s, role, row))])];
}
