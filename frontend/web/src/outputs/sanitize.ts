// What comes from a cell is not trusted: it is sanitised before it is put into
// the page, and what needs more than that is shown in a frame of its own.
import DOMPurify from "dompurify";

/** Elements and attributes that only a frame can show. */
const active = /<(script|iframe|object|embed|form|style|link|base|meta|canvas|video|audio)\b|\son[a-z]+\s*=|javascript:/i;

export function needsFrame(html: string): boolean {
  return active.test(html);
}

const noLoads = (node: Element): void => {
  for (const name of ["src", "href", "xlink:href", "poster", "srcset", "background"]) {
    const value = node.getAttribute(name);
    if (value === null) continue;
    const local = value.startsWith("#") || value.startsWith("data:image/") || value.startsWith("/files/");
    if (node.tagName.toLowerCase() === "a") continue;
    if (!local) node.removeAttribute(name);
  }
};

const purify = DOMPurify(window);
purify.addHook("afterSanitizeAttributes", (node) => {
  noLoads(node);
  if (node.tagName.toLowerCase() === "a" && node.hasAttribute("href") && !node.getAttribute("href")!.startsWith("#")) {
    node.setAttribute("target", "_blank");
    node.setAttribute("rel", "noopener noreferrer");
  }
});

export function cleanHTML(html: string): string {
  return purify.sanitize(html, { USE_PROFILES: { html: true, svg: true, mathMl: true }, FORBID_TAGS: ["style", "form", "input", "button"], FORBID_ATTR: ["id", "name"] });
}

export function cleanSVG(svg: string): string {
  return purify.sanitize(svg, { USE_PROFILES: { svg: true, svgFilters: true }, ADD_TAGS: ["use"], FORBID_TAGS: ["style", "foreignObject"] });
}
