// Parts of a panel that are dragged over or moved by keys, in pixels and in units
// of the axes. Pure.
import { toPixel, toValue, type Axis, type Box, type Pair, type Panel } from "./data";
import type { View } from "./redraw";

/** A drag of the pointer, in pixels of the SVG. */
export interface Drag { from: Pair; to: Pair; zooms: boolean }

export const isClick = (d: Drag): boolean => Math.hypot(d.to[0] - d.from[0], d.to[1] - d.from[1]) <= clickReach;

const clickReach = 4; // pixels that a hand moves when it clicks
const thin = 10; // a drag of fewer pixels on one axis means the other one only

export const clamp = (v: number, lo: number, hi: number): number => Math.max(lo, Math.min(hi, v));

/** The pixels between two corners; all of an axis on which the drag is short. */
export function dragged(p: Panel, d: Drag): Box {
  const [x0, y0, x1, y1] = p.box;
  const [w, h] = [Math.abs(d.to[0] - d.from[0]), Math.abs(d.to[1] - d.from[1])];
  const x: Pair = w < thin && h >= thin ? [x0, x1] : [Math.min(d.from[0], d.to[0]), Math.max(d.from[0], d.to[0])];
  const y: Pair = h < thin && w >= thin ? [y0, y1] : [Math.min(d.from[1], d.to[1]), Math.max(d.from[1], d.to[1])];
  return [x[0], y[0], x[1], y[1]];
}

/** A box in units of the axes, each range in the direction of its axis. */
export function inUnits(p: Panel, [x0, y0, x1, y1]: Box): View {
  const range = (a: Axis, lo: number, hi: number): Pair => {
    const [u, v] = [toValue(a, lo), toValue(a, hi)];
    return (a.range[1] > a.range[0]) === (v > u) ? [u, v] : [v, u];
  };
  return { x: range(p.x, x0, x1), y: range(p.y, y0, y1) };
}

export function inPixels(p: Panel, v: View): Box {
  const [a, b] = v.x.map((u) => clamp(toPixel(p.x, u), p.box[0], p.box[2])) as Pair;
  const [c, d] = v.y.map((u) => clamp(toPixel(p.y, u), p.box[1], p.box[3])) as Pair;
  return [Math.min(a, b), Math.min(c, d), Math.max(a, b), Math.max(c, d)];
}

export const ascending = (v: View): View => ({ x: [Math.min(...v.x), Math.max(...v.x)], y: [Math.min(...v.y), Math.max(...v.y)] });

/** A view half or twice as large around a place in pixels. */
export function scaled(p: Panel, [x, y]: Pair, factor: number): View {
  const range = (a: Axis, at: number): Pair => {
    const middle = toValue(a, at);
    return a.range.map((v) => middle + (v - middle) * factor) as Pair;
  };
  return { x: range(p.x, x), y: range(p.y, y) };
}

/** The selection after a key: arrows move the right and the upper edge, with Shift the left and the lower one. */
export function moved(p: Panel, v: View | null, key: string, shift: boolean): View | null {
  const [x0, y0, x1, y1] = p.box;
  if (!v) return ascending(inUnits(p, [x0 + (x1 - x0) / 4, y0 + (y1 - y0) / 4, x1 - (x1 - x0) / 4, y1 - (y1 - y0) / 4]));
  const [left, top, right, bottom] = inPixels(p, v);
  const [dx, dy] = [(x1 - x0) / 40, (y1 - y0) / 40];
  const box: Box = [left, top, right, bottom];
  const to: Record<string, [number, number]> = {
    ArrowLeft: [shift ? 0 : 2, -dx], ArrowRight: [shift ? 0 : 2, dx], ArrowUp: [shift ? 3 : 1, -dy], ArrowDown: [shift ? 3 : 1, dy],
  };
  const change = to[key];
  if (!change) return v;
  const [edge, by] = change;
  const limits: [number, number][] = [[x0, right - 1], [y0, bottom - 1], [left + 1, x1], [top + 1, y1]];
  box[edge] = clamp(box[edge]! + by, ...limits[edge]!);
  return ascending(inUnits(p, box));
}
