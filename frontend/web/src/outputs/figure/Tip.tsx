// What is shown at a mark: a ring or frame around it, and its values.
import type { Panel } from "./data";
import { valuesOf, type Mark } from "./marks";
import { clamp } from "./selection";

export function Halo({ mark: m }: { mark: Mark }) {
  if (!m.box) return <circle class="halo" cx={m.x} cy={m.y} r={6} />;
  return <rect class="halo" x={m.box.x} y={m.box.y} width={m.box.w} height={m.box.h} />;
}

export function Tip({ panel, mark }: { panel: Panel; mark: Mark }) {
  const [x0, y0, x1, y1] = panel.box;
  const { title, color, values } = valuesOf(panel, mark);
  const [x, y] = [clamp(mark.x, x0, x1), clamp(mark.y, y0, y1)];
  const [right, low] = [x > (x0 + x1) / 2, y > (y0 + y1) / 2];
  const style = {
    left: `${(100 * (x - x0)) / (x1 - x0)}%`, top: `${(100 * (y - y0)) / (y1 - y0)}%`,
    transform: `translate(${right ? "calc(-100% - 12px)" : "12px"}, ${low ? "calc(-100% - 8px)" : "8px"})`,
  };
  return (
    <div class="figure-tip" style={style} aria-hidden="true">
      {title && <div class="name">{color && <i style={{ background: color }} />}{title}</div>}
      <dl>{values.map(([name, value]) => <div key={name}><dt>{name}</dt><dd>{value}</dd></div>)}</dl>
    </div>
  );
}
