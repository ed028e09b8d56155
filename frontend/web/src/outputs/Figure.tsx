// A figure as SVG in the page, so that it takes the colours of the theme. With
// its data, which package cells/plot puts beside it, its values can be looked at.
import { useMemo } from "preact/hooks";
import { readFigure } from "./figure/data";
import { LiveFigure } from "./figure/LiveFigure";
import type { Brush } from "./figure/Surface";
import { cleanSVG } from "./sanitize";

/** data is the JSON of figureType, undefined where there is none; brush makes a drag select a part of the first panel. */
export function Figure({ svg, data, alt = "Figure.", brush }: { svg: string; data?: unknown; alt?: string; brush?: Brush }) {
  const clean = useMemo(() => cleanSVG(svg), [svg]);
  const figure = useMemo(() => readFigure(data), [data]);
  if (figure) return <LiveFigure svg={clean} alt={alt} data={figure} brush={brush} />;
  return <div class="out-figure" dangerouslySetInnerHTML={{ __html: clean }} />;
}
