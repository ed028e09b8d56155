// A figure as SVG in the page, so that it takes the colours of the theme.
import { useMemo } from "preact/hooks";
import { cleanSVG } from "./sanitize";

export function Figure({ svg }: { svg: string }) {
  const clean = useMemo(() => cleanSVG(svg), [svg]);
  return <div class="out-figure" dangerouslySetInnerHTML={{ __html: clean }} />;
}
