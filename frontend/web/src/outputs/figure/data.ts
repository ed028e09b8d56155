// The data of a figure, as package cells/plot writes it beside the SVG. It comes
// from a cell, so nothing of it is trusted before it is read.

export type Pair = [number, number];

/** A rectangle in pixels of the SVG: left, top, right, bottom. */
export type Box = [number, number, number, number];

/** range[0] lies at pixels[0], range[1] at pixels[1]; category i lies from i - 0.5 to i + 0.5. */
export interface Axis {
  type: "linear" | "category";
  label: string;
  range: Pair;
  pixels: Pair;
  categories: string[];
  whole: boolean;
  grid: boolean;
  line: boolean;
  bare: boolean;
  turned: boolean;
}

export type Kind = "points" | "line" | "bars" | "cells" | "boxes";

export interface Column { role: string; label: string; values: (number | null)[] }

export interface Series {
  name: string;
  color: string;
  kind: Kind;
  horizontal: boolean;
  /** A line to compare with, which has no values to show. */
  reference: boolean;
  rows: number;
  /** Only each n-th row is here, if it is more than 1. */
  every: number;
  columns: Column[];
}

export interface Panel { box: Box; x: Axis; y: Axis; series: Series[]; legend: { series: number; box: Box }[] }

export interface FigureData { kind: string; title: string; width: number; height: number; panels: Panel[] }

export const figureType = "application/vnd.wnb.figure+json";

const roles: Record<Kind, string[]> = {
  points: ["x", "y"], line: ["x", "y"], bars: ["from", "to", "value"], cells: ["x", "y", "value"], boxes: ["x", "low", "q1", "median", "q3", "high"],
};

type Loose = Record<string, unknown>;

class Unreadable extends Error {}

const object = (v: unknown): Loose => {
  if (typeof v !== "object" || v === null) throw new Unreadable();
  return v as Loose;
};
const list = (v: unknown): unknown[] => {
  if (!Array.isArray(v)) throw new Unreadable();
  return v;
};
const text = (v: unknown): string => (typeof v === "string" ? v : "");
const number = (v: unknown): number => {
  if (typeof v !== "number" || !Number.isFinite(v)) throw new Unreadable();
  return v;
};
const numbers = (v: unknown, n: number): number[] => {
  const all = list(v).map(number);
  if (all.length !== n) throw new Unreadable();
  return all;
};
const pair = (v: unknown): Pair => {
  const [a, b] = numbers(v, 2) as Pair;
  if (a === b) throw new Unreadable();
  return [a, b];
};

function readAxis(v: unknown): Axis {
  const a = object(v);
  if (a.type !== "linear" && a.type !== "category") throw new Unreadable();
  return {
    type: a.type, label: text(a.label), range: pair(a.range), pixels: pair(a.pixels), categories: a.categories === undefined ? [] : list(a.categories).map(text),
    whole: a.whole === true, grid: a.grid === true, line: a.line === true, bare: a.bare === true, turned: a.turned === true,
  };
}

/** A series of a kind that is not known stays, without values: the others are named by their number. */
function readSeries(v: unknown): Series {
  const s = object(v);
  const columns = list(s.columns).map((v) => {
    const c = object(v);
    return { role: text(c.role), label: text(c.label), values: list(c.values).map((n) => (n === null ? null : number(n))) };
  });
  const kind = text(s.kind) as Kind;
  const known = roles[kind]?.every((r) => columns.some((c) => c.role === r)) ?? false;
  if (columns.some((c) => c.values.length !== columns[0]!.values.length)) throw new Unreadable();
  return {
    name: text(s.name), color: /^#[0-9a-f]{6}$/.test(text(s.color)) ? text(s.color) : "currentColor", kind: known ? kind : "line", horizontal: s.horizontal === true,
    reference: s.reference === true || !known, rows: number(s.rows), every: s.every === undefined ? 1 : number(s.every), columns: known ? columns : [],
  };
}

function readPanel(v: unknown): Panel {
  const p = object(v);
  const series = list(p.series).map(readSeries);
  const legend = p.legend === undefined ? [] : list(p.legend).map((v) => {
    const e = object(v);
    return { series: number(e.series), box: numbers(e.box, 4) as Box };
  });
  const box = numbers(p.box, 4) as Box;
  if (box[2] <= box[0] || box[3] <= box[1]) throw new Unreadable();
  return { box, x: readAxis(p.x), y: readAxis(p.y), series, legend: legend.filter((e) => series[e.series]) };
}

/** Reads the data of a figure; null for what this page does not know. */
export function readFigure(value: unknown): FigureData | null {
  try {
    const f = object(value);
    if (f.version !== 1) return null;
    const [width, height] = [number(f.width), number(f.height)];
    if (width <= 0 || height <= 0) return null;
    return { kind: text(f.kind), title: text(f.title), width, height, panels: list(f.panels).map(readPanel) };
  } catch (e) {
    if (e instanceof Unreadable) return null;
    throw e;
  }
}

export const toPixel = (a: Axis, v: number): number => a.pixels[0] + ((v - a.range[0]) / (a.range[1] - a.range[0])) * (a.pixels[1] - a.pixels[0]);

export const toValue = (a: Axis, pixel: number): number => a.range[0] + ((pixel - a.pixels[0]) / (a.pixels[1] - a.pixels[0])) * (a.range[1] - a.range[0]);

export const column = (s: Series, role: string): (number | null)[] => s.columns.find((c) => c.role === role)?.values ?? [];

/** Whether a series is told apart from others by its name. */
export const isNamed = (p: Panel): boolean => p.series.filter((s) => !s.reference).length > 1;
