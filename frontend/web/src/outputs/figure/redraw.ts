// Changes the SVG of a figure: shows a part of a panel larger, hides series.
// Marks are moved and not scaled as a picture, so that points stay round, lines
// as thin and text as large as they were.
import { toPixel, type Axis, type FigureData, type Pair, type Panel } from "./data";
import { ticksOf } from "./numbers";

/** The part of a panel that is shown, in units of its axes. */
export interface View { x: Pair; y: Pair }

/** A panel as it looks in a view. */
export function viewed(p: Panel, v: View | null): Panel {
  return v ? { ...p, x: { ...p.x, range: v.x }, y: { ...p.y, range: v.y } } : p;
}

const deepest = 1e-6; // of the range of an axis

/** A view that is neither larger than the panel, which is null, nor so small that numbers cannot tell its ends apart. */
export function limited(p: Panel, v: View): View | null {
  const share = (from: Pair, to: Pair) => Math.abs((to[1] - to[0]) / (from[1] - from[0]));
  const shares = [share(p.x.range, v.x), share(p.y.range, v.y)];
  if (shares.every((s) => s >= 0.999)) return null;
  const range = (from: Pair, to: Pair): Pair => {
    const k = Math.max(1, deepest / share(from, to));
    const middle = (to[0] + to[1]) / 2;
    return to.map((u) => middle + (u - middle) * k) as Pair;
  };
  return { x: range(p.x.range, v.x), y: range(p.y.range, v.y) };
}

let clips = 0; // ids in one page must differ

/** Changes svg, which must be as it came, to show the views without what is hidden. */
export function redraw(svg: SVGSVGElement, data: FigureData, views: (View | null)[], hidden: ReadonlySet<number>[]): void {
  data.panels.forEach((p, i) => {
    const view = views[i];
    if (view) zoom(svg, p, viewed(p, view), i);
    for (const k of hidden[i] ?? []) {
      for (const e of svg.querySelectorAll(`.wnb-series-${i}-${k}`)) e.setAttribute("display", "none");
      for (const e of svg.querySelectorAll(`.wnb-legend-${i}-${k}`)) e.setAttribute("opacity", "0.35");
    }
  });
}

type Map = (v: number) => number;

/** Where a pixel of an axis is in another view of it. */
function mover(from: Axis, to: Axis): Map {
  const [a, b] = [toPixel(to, from.range[0]), toPixel(to, from.range[1])];
  const k = (b - a) / (from.pixels[1] - from.pixels[0]);
  return (v) => a + (v - from.pixels[0]) * k;
}

function zoom(svg: SVGSVGElement, p: Panel, to: Panel, i: number): void {
  const groups = [...svg.querySelectorAll(`.wnb-data-${i}`)];
  if (!groups.length) return;
  const clip = `wnb-clip-${++clips}`;
  const [x0, y0, x1, y1] = p.box;
  const def = make("clipPath", { id: clip });
  def.append(make("rect", { x: x0, y: y0, width: x1 - x0, height: y1 - y0 }));
  svg.prepend(def);
  const m = new Mover(mover(p.x, to.x), mover(p.y, to.y));
  for (const g of groups) {
    for (const e of g.children.length ? g.querySelectorAll("*") : [g]) m.move(e);
    g.setAttribute("clip-path", `url(#${clip})`);
  }
  for (const e of svg.querySelectorAll(`.wnb-axes-${i}`)) e.remove();
  groups[0]!.before(...axes(to));
}

const num = (e: Element, name: string): number => Number(e.getAttribute(name)) || 0;

const put = (e: Element, values: Record<string, number>): void => {
  for (const [name, v] of Object.entries(values)) e.setAttribute(name, String(Math.round(v * 100) / 100));
};

interface Rect { x: Pair; y: Pair }

/** Moves marks in the order of the drawing, since a text belongs to the bar or cell before it. */
class Mover {
  private was: Rect | null = null;
  private is: Rect | null = null;
  constructor(private readonly x: Map, private readonly y: Map) {}

  move(e: Element): void {
    switch (e.tagName) {
      case "circle": put(e, { cx: this.x(num(e, "cx")), cy: this.y(num(e, "cy")) }); break;
      case "rect": case "image": this.rect(e); break;
      case "path": e.setAttribute("d", (e.getAttribute("d") ?? "").replace(/([ML])(-?[\d.]+) (-?[\d.]+)/g, (_, c, x, y) => `${c}${this.x(Number(x)).toFixed(2)} ${this.y(Number(y)).toFixed(2)}`)); break;
      case "text": put(e, { x: this.beside("x", num(e, "x")), y: this.beside("y", num(e, "y")) });
    }
  }

  private rect(e: Element): void {
    const [x, y, w, h] = ["x", "y", "width", "height"].map((n) => num(e, n)) as [number, number, number, number];
    this.was = { x: [x, x + w], y: [y, y + h] };
    this.is = { x: [this.x(x), this.x(x + w)], y: [this.y(y), this.y(y + h)] };
    put(e, { x: this.is.x[0], y: this.is.y[0], width: this.is.x[1] - this.is.x[0], height: this.is.y[1] - this.is.y[0] });
  }

  /** A text keeps its distance from the edge or the middle of its mark that it is closest to. */
  private beside(side: "x" | "y", v: number): number {
    if (!this.was || !this.is) return this[side](v);
    const lines = ([a, b]: Pair) => [a, (a + b) / 2, b];
    const [was, is] = [lines(this.was[side]), lines(this.is[side])];
    const k = was.reduce((best, at, i) => (Math.abs(v - at) < Math.abs(v - was[best]!) ? i : best), 1);
    return is[k]! + v - was[k]!;
  }
}

function make(name: string, attributes: Record<string, string | number>, text?: string): SVGElement {
  const e = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [k, v] of Object.entries(attributes)) e.setAttribute(k, String(v));
  if (text !== undefined) e.textContent = text;
  return e;
}

const ink = { grid: "var(--wnb-grid, #e4e7ec)", muted: "var(--wnb-muted, #5c6672)" };

const crisp = (v: number): number => Math.floor(v) + 0.5;

const letter = 6.7; // mean width of a character of a label, in pixels

/** Ticks, grid and labels of a panel, in the places and sizes that cells/plot gives them. */
function axes(p: Panel): SVGElement[] {
  const [x0, y0, x1, y1] = p.box;
  const rule = (xa: number, ya: number, xb: number, yb: number, stroke: string) => make("path", { d: `M${xa} ${ya}L${xb} ${yb}`, stroke, fill: "none" });
  const out: SVGElement[] = [];
  if (!p.y.bare) {
    const room = x0 - 10 - (p.y.label ? 24 : 0);
    for (const t of ticksOf(p.y, y1 - y0, 40)) {
      const y = toPixel(p.y, t.at);
      if (p.y.grid) out.push(rule(x0, crisp(y), x1, crisp(y), ink.grid));
      const size = Math.max(9, Math.min(12, (12 * room) / (letter * t.label.length)));
      out.push(make("text", { x: x0 - 8, y: y + 0.36 * size, "text-anchor": "end", fill: ink.muted, "font-size": size.toFixed(1) }, shorten(t.label, room)));
    }
  }
  if (p.x.line) out.push(rule(x0, crisp(y1), x1, crisp(y1), ink.muted));
  if (!p.x.bare) out.push(...xLabels(p, rule));
  return out;
}

function xLabels(p: Panel, rule: (xa: number, ya: number, xb: number, yb: number, stroke: string) => SVGElement): SVGElement[] {
  const [x0, , x1, y1] = p.box;
  const out: SVGElement[] = [];
  for (const t of ticksOf(p.x, x1 - x0, 90)) {
    const x = toPixel(p.x, t.at);
    if (p.x.line && p.x.type === "linear") out.push(rule(crisp(x), crisp(y1), crisp(x), crisp(y1) + 4, ink.muted));
    const turned: Record<string, string | number> = p.x.turned ? { transform: `rotate(-40 ${x + 4} ${y1 + 14})`, "text-anchor": "end", x: x + 4, y: y1 + 14 } : { "text-anchor": "middle", x, y: y1 + 19.3 };
    const band = Math.abs(toPixel(p.x, t.at + 1) - x);
    out.push(make("text", { ...turned, fill: ink.muted }, p.x.type === "category" ? shorten(t.label, p.x.turned ? 130 : band) : t.label));
  }
  return out;
}

function shorten(label: string, room: number): string {
  const most = Math.max(2, Math.floor(room / letter) + 1);
  return label.length <= most ? label : label.slice(0, most - 1) + "…";
}
