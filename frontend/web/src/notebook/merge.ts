// Three-way merge of notebooks by cell. Pure.
import type { CellJSON, NotebookJSON } from "../api/contents";

const same = (a: CellJSON | undefined, b: CellJSON | undefined) =>
  a === b || (!!a && !!b && a.source === b.source && a.cell_type === b.cell_type);

/**
 * What both sides made of base, or null where they changed the same cell in
 * different ways, or both changed the order. Outputs are those of theirs, which
 * the server keeps.
 */
export function merge(base: NotebookJSON, mine: NotebookJSON, theirs: NotebookJSON): NotebookJSON | null {
  const of = (n: NotebookJSON) => new Map(n.cells.map((c) => [c.id, c]));
  const [b, m, t] = [of(base), of(mine), of(theirs)];
  const front = mergeText(base.metadata.wnb?.front_matter, mine.metadata.wnb?.front_matter, theirs.metadata.wnb?.front_matter);
  if (front === null) return null;
  for (const id of new Set([...m.keys(), ...t.keys()])) {
    const changedHere = !same(b.get(id), m.get(id));
    const changedThere = !same(b.get(id), t.get(id));
    if (changedHere && changedThere && !same(m.get(id), t.get(id))) return null;
  }
  const order = mergeOrder([...b.keys()], [...m.keys()], [...t.keys()]);
  if (!order) return null;
  const cells = order.map((id) => {
    const source = same(b.get(id), m.get(id)) ? t.get(id) ?? m.get(id)! : m.get(id)!;
    return { ...source, outputs: t.get(id)?.outputs ?? source.outputs };
  });
  return { ...theirs, cells, metadata: { ...theirs.metadata, wnb: { ...theirs.metadata.wnb, front_matter: front } } };
}

function mergeText(base = "", mine = "", theirs = ""): string | null {
  if (mine === theirs || theirs === base) return mine;
  return mine === base ? theirs : null;
}

/** The order of cells: that of the side that moved cells, with the new ones of the other. */
function mergeOrder(base: string[], mine: string[], theirs: string[]): string[] | null {
  const keptBy = (side: string[]) => side.filter((id) => base.includes(id)).join("\n");
  const kept = (side: string[]) => base.filter((id) => side.includes(id)).join("\n");
  const movedHere = keptBy(mine) !== kept(mine);
  const movedThere = keptBy(theirs) !== kept(theirs);
  if (movedHere && movedThere) return null;
  const [lead, other] = movedHere ? [mine, theirs] : [theirs, mine];
  const goneIn = (side: string[]) => (id: string) => base.includes(id) && !side.includes(id);
  const order = lead.filter((id) => !goneIn(other)(id));
  other.forEach((id, i) => {
    if (base.includes(id) || order.includes(id)) return;
    const before = other.slice(0, i).reverse().find((p) => order.includes(p));
    order.splice(before ? order.indexOf(before) + 1 : 0, 0, id);
  });
  return order;
}
