// A figure with its data: values at the pointer, zoom, series that can be hidden,
// and what can be saved.
import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { Icon } from "../../app/Icon";
import { Menu } from "../../app/Menu";
import { complain } from "../../app/toasts";
import type { FigureData, Panel } from "./data";
import { limited, redraw, viewed, type View } from "./redraw";
import { sampling, saveCSV, savePNG, saveSVG } from "./save";
import { Surface, type Brush } from "./Surface";

const nothing: ReadonlySet<number> = new Set();

const toggled = (set: ReadonlySet<number>, k: number): ReadonlySet<number> => {
  const out = new Set(set);
  if (!out.delete(k)) out.add(k);
  return out;
};

const help = "Arrow keys show the values of marks, plus and minus zoom, Escape goes back.";
const brushHelp = "Enter selects a part, arrow keys move its right and upper edge, with Shift the left and lower edge, Escape selects nothing.";

/** svg is the picture, sanitised. */
export function LiveFigure({ svg, alt, data, brush }: { svg: string; alt: string; data: FigureData; brush?: Brush }) {
  const picture = useRef<HTMLDivElement>(null);
  const [views, setViews] = useState<(View | null)[]>([]);
  const [hidden, setHidden] = useState<ReadonlySet<number>[]>([]);
  useLayoutEffect(() => { setViews([]); setHidden([]); }, [svg]); // another figure
  useLayoutEffect(() => {
    picture.current!.innerHTML = svg; // what is sanitised
    const image = picture.current!.querySelector("svg");
    if (image) redraw(image, data, views, hidden);
  }, [svg, data, views, hidden]);

  const image = () => picture.current!.querySelector("svg")!;
  const every = sampling(data);
  const items = () => [
    { label: every > 1 ? `Data as CSV (1 row in ${every})` : "Data as CSV", run: () => saveCSV(data) },
    { label: "Picture as SVG", run: () => saveSVG(data, image()) },
    { label: "Picture as PNG", run: () => void savePNG(data, image()).catch(complain) },
  ];
  const zoom = (i: number) => (v: View | null) => setViews((old) => data.panels.map((_, k) => (k === i ? v : old[k] ?? null)));
  const toggle = (i: number, k: number) => setHidden((old) => data.panels.map((_, n) => (n === i ? toggled(old[n] ?? nothing, k) : old[n] ?? nothing)));
  const zoomed = views.some((v) => v !== null);
  return (
    <div class="out-figure live">
      <div class="figure-picture" ref={picture} />
      {data.panels.map((p, i) => (
        <PanelControls key={i} data={data} panel={p} view={views[i] ?? null} zoom={zoom(i)} hidden={hidden[i] ?? nothing} toggle={(k) => toggle(i, k)}
          brush={i === 0 ? brush : undefined} label={`${alt} ${i === 0 && brush ? brushHelp : help}`} />
      ))}
      <div class={zoomed ? "figure-tools zoomed" : "figure-tools"}>
        {zoomed && <button type="button" class="small" onClick={() => setViews([])}>Show all</button>}
        <Menu label="Save the figure" items={items}><Icon name="more" /></Menu>
      </div>
    </div>
  );
}

function PanelControls({ data, panel, view, zoom, hidden, toggle, brush, label }: {
  data: FigureData; panel: Panel; view: View | null; zoom: (v: View | null) => void; hidden: ReadonlySet<number>; toggle: (k: number) => void; brush?: Brush; label: string;
}) {
  const seen = useMemo(() => viewed(panel, view), [panel, view]);
  const percent = (v: number, of: number) => `${(100 * v) / of}%`;
  return (
    <>
      {panel.legend.map(({ series, box: [x0, y0, x1, y1] }) => (
        <button key={series} type="button" class="figure-key" aria-pressed={!hidden.has(series)} aria-label={panel.series[series]!.name} title={hidden.has(series) ? "Show" : "Hide"} onClick={() => toggle(series)}
          style={{ left: percent(x0 - 4, data.width), top: percent(y0, data.height), width: percent(x1 - x0 + 8, data.width), height: percent(y1 - y0, data.height) }} />
      ))}
      <Surface data={data} panel={seen} hidden={hidden} zoomed={view !== null} zoom={(v) => zoom(v && limited(panel, v))} brush={brush} label={label} />
    </>
  );
}
