// Places the cells of a graph in layers from left to right. Pure.

export interface Placed { id: string; x: number; y: number; width: number }

export interface Drawing { nodes: Placed[]; edges: { from: Placed; to: Placed }[]; width: number; height: number }

const rowHeight = 30;
const gap = 28;
const charWidth = 6.7;

export function draw(ids: readonly string[], edges: readonly (readonly [string, string])[]): Drawing {
  const known = new Set(ids);
  const links = edges.filter(([a, b]) => known.has(a) && known.has(b) && a !== b);
  const layer = layersOf(ids, links);
  const columns: string[][] = [];
  for (const id of ids) (columns[layer.get(id)!] ??= []).push(id);
  const rank = order(columns, links);
  const nodes = new Map<string, Placed>();
  let x = 4;
  for (const column of columns) {
    const width = Math.max(...column.map((id) => Math.min(22, id.length))) * charWidth + 26;
    column.sort((a, b) => rank.get(a)! - rank.get(b)!).forEach((id, row) => nodes.set(id, { id, x, y: 4 + row * rowHeight, width }));
    x += width + gap;
  }
  const rows = Math.max(1, ...columns.map((c) => c.length));
  return {
    nodes: ids.map((id) => nodes.get(id)!), edges: reduce(links).map(([a, b]) => ({ from: nodes.get(a)!, to: nodes.get(b)! })),
    width: Math.max(0, x - gap + 4), height: rows * rowHeight + 4,
  };
}

/** The longest way to each cell; cells of a circle stay where they were met. */
function layersOf(ids: readonly string[], links: readonly (readonly [string, string])[]): Map<string, number> {
  const into = new Map<string, string[]>();
  for (const [a, b] of links) into.set(b, [...(into.get(b) ?? []), a]);
  const layer = new Map<string, number>();
  const open = new Set<string>();
  const depth = (id: string): number => {
    const have = layer.get(id);
    if (have !== undefined) return have;
    if (open.has(id)) return 0;
    open.add(id);
    const d = Math.max(-1, ...(into.get(id) ?? []).map(depth)) + 1;
    open.delete(id);
    layer.set(id, d);
    return d;
  };
  ids.forEach(depth);
  return layer;
}

/** Rows by the mean row of what a cell reads, so that few edges cross. */
function order(columns: string[][], links: readonly (readonly [string, string])[]): Map<string, number> {
  const rank = new Map<string, number>();
  for (const column of columns) {
    column.forEach((id, i) => {
      const from = links.filter(([, b]) => b === id).map(([a]) => rank.get(a)).filter((r): r is number => r !== undefined);
      rank.set(id, from.length ? from.reduce((s, r) => s + r, 0) / from.length : i);
    });
  }
  return rank;
}

/** Leaves out edges that a longer way implies. */
function reduce(links: readonly (readonly [string, string])[]): (readonly [string, string])[] {
  const out = new Map<string, string[]>();
  for (const [a, b] of links) out.set(a, [...(out.get(a) ?? []), b]);
  const reaches = (from: string, to: string, seen: Set<string>): boolean => (out.get(from) ?? []).some((n) => {
    if (n === to) return true;
    if (seen.has(n)) return false;
    seen.add(n);
    return reaches(n, to, seen);
  });
  return links.filter(([a, b]) => !(out.get(a) ?? []).some((n) => n !== b && reaches(n, b, new Set([a]))));
}
