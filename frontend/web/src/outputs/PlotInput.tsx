// A figure whose points are chosen: ui.plot.
import { useWanted, type InputSpec, type SetInput } from "../form/Input";
import { Figure } from "./Figure";
import { readable } from "./figure/numbers";
import type { View } from "./figure/redraw";

/** The rectangle that an input says; null for anything else. */
function readArea(value: unknown): View | null {
  const area = value as Partial<View> | null;
  const isPair = (v: unknown) => Array.isArray(v) && v.length === 2 && v.every(Number.isFinite);
  return area && isPair(area.x) && isPair(area.y) ? { x: area.x!, y: area.y! } : null;
}

export function PlotInput({ spec, set, svg, data, alt }: { spec: InputSpec; set: SetInput; svg: string; data: unknown; alt: string }) {
  const [area, change] = useWanted(readArea(spec.value), (v) => set(spec.name, v));
  const range = ([lo, hi]: [number, number]) => `${readable(Number(lo.toPrecision(4)))} to ${readable(Number(hi.toPrecision(4)))}`;
  return (
    <div class="input-plot" role="group" aria-label={spec.label || spec.name}>
      <Figure svg={svg} data={data} alt={alt} brush={{ value: area, set: change }} />
      <div class="plot-foot">
        <span>{area ? `The points with x from ${range(area.x)} and y from ${range(area.y)} are chosen` : "All points are chosen. Drag over some to choose them"}</span>
        {area && <button type="button" class="small" onClick={() => change(null)}>Choose all</button>}
      </div>
    </div>
  );
}
