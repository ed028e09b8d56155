// The plot area of a panel, for the pointer and the keys: values of marks, a box
// to zoom into or to select.
import { useMemo, useRef, useState } from "preact/hooks";
import type { FigureData, Pair, Panel } from "./data";
import { inside, marksOf, nearest, step, valuesOf, type Mark, type Step } from "./marks";
import { readable } from "./numbers";
import type { View } from "./redraw";
import { ascending, clamp, dragged, inPixels, inUnits, isClick, moved, scaled, type Drag } from "./selection";
import { Halo, Tip } from "./Tip";

/**
 * A selection in a figure: a rectangle in the units of the axes of its first
 * panel, null for none. On an axis of categories, category i lies from i - 0.5 to
 * i + 0.5. set is called when a drag or a key press has ended, not while it moves.
 */
export interface Brush { value: View | null; set: (v: View | null) => void }

interface Props {
  data: FigureData;
  /** The panel as it is shown. */
  panel: Panel;
  hidden: ReadonlySet<number>;
  zoomed: boolean;
  zoom: (v: View | null) => void;
  brush?: Brush;
  label: string;
}

const keysOf = (brush: boolean): string => "ArrowLeft ArrowRight ArrowUp ArrowDown Home End Escape" + (brush ? " Enter" : " + -");

const wordsOf = (v: View | null): string =>
  v ? `selected from ${readable(v.x[0])} to ${readable(v.x[1])} and from ${readable(v.y[0])} to ${readable(v.y[1])}` : "nothing selected";

function wordsOfMark(p: Panel, m: Mark | null): string {
  if (!m) return "nothing to show here";
  const v = valuesOf(p, m);
  return [v.title, ...v.values.map(([name, value]) => `${name} ${value}`)].filter(Boolean).join(", ");
}

/** What the pointer does: hover moves to a mark, a drag zooms or selects, a click in a figure that selects clears. */
function usePointer({ panel, zoom, brush }: Props, hover: (at: Pair | null) => void) {
  const ref = useRef<HTMLDivElement>(null);
  const [drag, setDrag] = useState<Drag | null>(null);
  const place = (e: PointerEvent): Pair => {
    const [x0, y0, x1, y1] = panel.box;
    const r = ref.current!.getBoundingClientRect();
    return [clamp(x0 + ((e.clientX - r.left) / r.width) * (x1 - x0), x0, x1), clamp(y0 + ((e.clientY - r.top) / r.height) * (y1 - y0), y0, y1)];
  };
  const end = (d: Drag) => {
    setDrag(null);
    if (isClick(d)) {
      if (brush?.value && !d.zooms) brush.set(null);
      return hover(d.to);
    }
    const view = inUnits(panel, dragged(panel, d));
    return d.zooms ? zoom(view) : brush!.set(ascending(view));
  };
  return {
    ref, drag, cancel: () => setDrag(null),
    handlers: {
      onPointerDown: (e: PointerEvent) => {
        if (e.button !== 0 || (e.pointerType === "touch" && !brush)) return; // a finger scrolls
        ref.current!.setPointerCapture(e.pointerId);
        ref.current!.focus({ preventScroll: true });
        e.preventDefault(); // no text is selected
        setDrag({ from: place(e), to: place(e), zooms: !brush || e.shiftKey });
      },
      onPointerMove: (e: PointerEvent) => (drag ? setDrag({ ...drag, to: place(e) }) : hover(place(e))),
      onPointerUp: (e: PointerEvent) => (drag ? end({ ...drag, to: place(e) }) : hover(place(e))),
      onPointerCancel: () => setDrag(null),
      onPointerLeave: () => { if (!drag) hover(null); },
      onDblClick: () => zoom(null),
    },
  };
}

/** What a key does, and what is said of it. */
function keyed({ panel, zoomed, zoom, brush }: Props, marks: Mark[][], mark: Mark | null, e: KeyboardEvent, show: (m: Mark | null) => void): string {
  const [x0, y0, x1, y1] = panel.box;
  if (e.key === "Escape") {
    if (zoomed) { zoom(null); return "the whole figure is shown"; }
    show(null);
    if (!brush?.value) return "";
    brush.set(null);
    return wordsOf(null);
  }
  if (brush) {
    const v = moved(panel, brush.value, e.key, e.shiftKey);
    brush.set(v);
    return wordsOf(v);
  }
  if (e.key === "+" || e.key === "-") {
    zoom(scaled(panel, mark ? [mark.x, mark.y] : [(x0 + x1) / 2, (y0 + y1) / 2], e.key === "+" ? 0.5 : 2));
    return e.key === "+" ? "larger" : "smaller";
  }
  const next = step(panel, marks, mark, e.key as Step);
  show(next);
  return wordsOfMark(panel, next);
}

export function Surface(props: Props) {
  const { data, panel, hidden, brush, label } = props;
  const [active, setActive] = useState<Mark | null>(null);
  const [spoken, setSpoken] = useState("");
  const marks = useMemo(() => marksOf(panel, hidden), [panel, hidden]);
  const pointer = usePointer(props, (at) => setActive(at && nearest(panel, marks, ...at)));
  const { drag } = pointer;
  const found = active && !drag && marks[active.series]?.find((m) => m.row === active.row);
  const mark = found && inside(panel, found) ? found : null;

  const press = (e: KeyboardEvent) => {
    if (!keysOf(!!brush).split(" ").includes(e.key) || e.ctrlKey || e.metaKey || e.altKey) return;
    e.preventDefault();
    e.stopPropagation();
    if (drag && e.key === "Escape") pointer.cancel();
    else setSpoken(keyed(props, marks, mark, e, setActive));
  };
  const [x0, y0, x1, y1] = panel.box;
  const box = drag ? dragged(panel, drag) : brush?.value ? inPixels(panel, brush.value) : null;
  const percent = (v: number, of: number) => `${(100 * v) / of}%`;
  return (
    <div ref={pointer.ref} class={brush ? "figure-surface brushes" : "figure-surface"} role="application" aria-roledescription="chart" tabIndex={0} aria-label={label} data-keys={keysOf(!!brush)}
      style={{ left: percent(x0, data.width), top: percent(y0, data.height), width: percent(x1 - x0, data.width), height: percent(y1 - y0, data.height) }}
      {...pointer.handlers} onKeyDown={press} onBlur={() => setActive(null)}>
      <svg class="figure-over" viewBox={`${x0} ${y0} ${x1 - x0} ${y1 - y0}`} aria-hidden="true" focusable="false">
        {box && <rect class={drag?.zooms ? "zoom-box" : "brush-box"} x={box[0]} y={box[1]} width={box[2] - box[0]} height={box[3] - box[1]} />}
        {mark && <Halo mark={mark} />}
      </svg>
      {mark && <Tip panel={panel} mark={mark} />}
      <div class="visually-hidden" aria-live="polite">{spoken}</div>
    </div>
  );
}
