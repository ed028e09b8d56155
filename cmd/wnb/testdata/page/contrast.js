// Measures the contrast of all that the page shows (WCAG 2.2, level AA) and
// gives what is below: 4.5 for text, 3 for large text, icons and the edges of
// fields. What is disabled is exempt, as is what nobody can see.
(() => {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 1;
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  const known = new Map();
  /** A CSS colour as [r, g, b, alpha], 0 to 1. */
  const colour = (css) => {
    if (!known.has(css)) {
      pen.clearRect(0, 0, 1, 1);
      pen.fillStyle = "transparent";
      pen.fillStyle = css;
      pen.fillRect(0, 0, 1, 1);
      known.set(css, [...pen.getImageData(0, 0, 1, 1).data].map((v) => v / 255));
    }
    return known.get(css);
  };
  const over = (top, below) => [0, 1, 2].map((i) => top[i] * top[3] + below[i] * (1 - top[3])).concat(1);
  const luminance = (c) => {
    const [r, g, b] = c.map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ratio = (a, b) => {
    const [x, y] = [luminance(a), luminance(b)];
    return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
  };
  const chain = (e) => { const all = []; for (; e; e = e.parentElement) all.push(e); return all; };
  const opacity = (e) => chain(e).reduce((o, x) => o * Number(getComputedStyle(x).opacity), 1);
  /** What is behind an element: the colours of all around it, the outermost first. */
  const behind = (e) => chain(e).reverse().reduce((below, x) => over(colour(getComputedStyle(x).backgroundColor), below), colour(getComputedStyle(document.documentElement).colorScheme.includes("dark") ? "#000" : "#fff"));
  /** What is behind a text of a picture: the shapes that lie under its middle. */
  const under = (e) => {
    const r = e.getBoundingClientRect();
    const shapes = [...e.ownerSVGElement.querySelectorAll("rect, path, circle, polygon")].filter((s) => {
      const b = s.getBoundingClientRect();
      const [x, y] = [r.x + r.width / 2, r.y + r.height / 2];
      return s.compareDocumentPosition(e) & Node.DOCUMENT_POSITION_FOLLOWING && b.left <= x && x <= b.right && b.top <= y && y <= b.bottom && s.tagName !== "path";
    });
    return shapes.reduce((below, s) => {
      const fill = getComputedStyle(s).fill;
      if (fill === "none") return below;
      const c = colour(fill);
      return over([c[0], c[1], c[2], c[3] * Number(getComputedStyle(s).fillOpacity) * Number(getComputedStyle(s).opacity)], below);
    }, behind(e));
  };
  const visible = (e) => e.checkVisibility({ opacityProperty: true, visibilityProperty: true, contentVisibilityAuto: true }) && opacity(e) > 0 && (() => {
    const r = e.getBoundingClientRect();
    return r.width > 1 && r.height > 1 && !e.closest(".visually-hidden");
  })();
  const exempt = (e) => e.closest(":disabled, [aria-disabled=true], [aria-hidden=true]:not(svg), dialog:not([open])");
  const name = (e) => {
    const own = e.tagName.toLowerCase() + (e.id ? "#" + e.id : "") + [...e.classList].map((c) => "." + c).join("");
    const outer = e.parentElement?.closest("[class], [id]");
    return (outer ? outer.tagName.toLowerCase() + [...outer.classList].map((c) => "." + c).join("") + " > " : "") + own;
  };
  const hex = (c) => "#" + c.slice(0, 3).map((v) => Math.round(v * 255).toString(16).padStart(2, "0")).join("");
  const problems = new Set();
  let measured = 0;
  const check = (e, what, ink, paper, least) => {
    measured++;
    const seen = over([ink[0], ink[1], ink[2], ink[3] * opacity(e)], paper);
    const r = ratio(seen, paper);
    if (r < least - 0.005) problems.add(`${name(e)}: ${what} is ${hex(seen)} on ${hex(paper)}: ${r.toFixed(2)}, at least ${least} is needed`);
  };
  const least = (style) => {
    const size = parseFloat(style.fontSize);
    return size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700) ? 3 : 4.5;
  };
  const text = (e, words) => {
    const style = getComputedStyle(e);
    const picture = e instanceof SVGElement;
    check(e, JSON.stringify(words.trim().slice(0, 24)), colour(picture ? style.fill : style.color), picture ? under(e) : behind(e), least(style));
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const e = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || ["SCRIPT", "STYLE", "NOSCRIPT", "OPTION", "TITLE"].includes(e.tagName) || !visible(e) || exempt(e)) continue;
    text(e, walker.currentNode.data);
  }
  for (const e of document.querySelectorAll("input, textarea, select")) {
    if (!visible(e) || exempt(e) || ["checkbox", "radio", "range", "file", "hidden", "color"].includes(e.type)) continue;
    const style = getComputedStyle(e);
    if (e.value) text(e, e.value);
    else if (e.placeholder) check(e, "the placeholder", colour(getComputedStyle(e, "::placeholder").color), behind(e), 4.5);
    if (parseFloat(style.borderTopWidth) > 0 && style.borderTopStyle !== "none") check(e, "the edge", colour(style.borderTopColor), behind(e.parentElement), 3);
  }
  for (const e of document.querySelectorAll("svg.i")) {
    if (visible(e) && !exempt(e.parentElement)) check(e, "the icon", colour(getComputedStyle(e).color), behind(e.parentElement), 3);
  }
  for (const e of document.querySelectorAll(".cell > .bar")) {
    const c = colour(getComputedStyle(e).backgroundColor);
    const state = e.parentElement.dataset.state;
    if (visible(e) && c[3] > 0 && ["stale", "failed", "cached", "running", "held"].includes(state)) check(e, `the bar of a ${state} cell`, c, behind(e.parentElement), 3);
  }
  return { measured, problems: [...problems] };
})()
