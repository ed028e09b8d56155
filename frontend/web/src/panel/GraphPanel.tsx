// The live graph of cells. A click goes to the cell.
import { useMemo } from "preact/hooks";
import type { Notebook } from "../notebook/notebook";
import { statusOf } from "../notebook/status";
import { draw } from "./layers";

const max = 120; // cells that are drawn

export function GraphPanel({ nb }: { nb: Notebook }) {
  const graph = nb.runner.graph.value;
  const code = nb.doc.cells.value.filter((c) => c.isCode);
  const ids = code.map((c) => c.id).join(" ");
  const drawing = useMemo(() => {
    const linked = new Set(graph.edges.flat());
    const all = code.map((c) => c.id);
    const shown = all.length > max && linked.size ? all.filter((id) => linked.has(id)) : all;
    return draw(shown.slice(0, max), graph.edges);
  }, [ids, graph]);
  if (!code.length) return <p class="empty">Cells that read what others define are connected here.</p>;
  return (
    <div class="graph" tabIndex={0} role="group" aria-label="Graph of cells">
      <svg width={drawing.width} height={drawing.height} role="presentation">
        {drawing.edges.map(({ from, to }) => {
          const [x1, y1, x2, y2] = [from.x + from.width, from.y + 11, to.x, to.y + 11];
          const on = nb.doc.focus.value === from.id || nb.doc.focus.value === to.id;
          return <path key={from.id + ">" + to.id} class={on ? "edge on" : "edge"} d={`M${x1} ${y1}C${x1 + 14} ${y1} ${x2 - 14} ${y2} ${x2} ${y2}`} />;
        })}
        {drawing.nodes.map((n) => {
          const cell = nb.doc.find(n.id);
          if (!cell) return null;
          const status = statusOf(nb, cell);
          return (
            <g key={n.id} class="node" data-state={status.name} data-focused={nb.doc.focus.value === n.id || undefined} transform={`translate(${n.x} ${n.y})`}
              role="button" tabIndex={0} aria-label={`${n.id}, ${status.label || status.name}`} onClick={() => nb.goTo(n.id)} onKeyDown={(e) => { if (e.key === "Enter") nb.goTo(n.id); }}>
              <title>{`${n.id}: ${status.why}`}</title>
              <rect width={n.width} height={22} rx={6} />
              <circle cx={10} cy={11} r={3} />
              <text x={18} y={15}>{n.id.length > 22 ? n.id.slice(0, 21) + "…" : n.id}</text>
            </g>
          );
        })}
      </svg>
    </div>
  );
}
