// The difference of two texts by lines. Pure.

export interface Line { sign: " " | "+" | "-"; text: string }

const context = 3;
const limit = 4_000_000; // cells of the table

/** Lines of a longest common subsequence, with some unchanged ones around. */
export function diffLines(was: readonly string[], now: readonly string[]): Line[] {
  let start = 0;
  while (start < was.length && start < now.length && was[start] === now[start]) start++;
  let end = 0;
  while (end < was.length - start && end < now.length - start && was.at(-1 - end) === now.at(-1 - end)) end++;
  const middle = compare(was.slice(start, was.length - end), now.slice(start, now.length - end));
  const same = (lines: readonly string[]): Line[] => lines.map((text) => ({ sign: " ", text }));
  return trim([...same(was.slice(0, start)), ...middle, ...same(end ? was.slice(-end) : [])]);
}

function compare(a: readonly string[], b: readonly string[]): Line[] {
  if (a.length * b.length > limit) return [...a.map((text): Line => ({ sign: "-", text })), ...b.map((text): Line => ({ sign: "+", text }))];
  const w = b.length + 1;
  const best = new Uint32Array((a.length + 1) * w);
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      best[i * w + j] = a[i] === b[j] ? best[(i + 1) * w + j + 1]! + 1 : Math.max(best[(i + 1) * w + j]!, best[i * w + j + 1]!);
    }
  }
  const out: Line[] = [];
  for (let i = 0, j = 0; i < a.length || j < b.length;) {
    if (i < a.length && j < b.length && a[i] === b[j]) { out.push({ sign: " ", text: a[i]! }); i++; j++; }
    else if (i < a.length && (j === b.length || best[(i + 1) * w + j]! >= best[i * w + j + 1]!)) out.push({ sign: "-", text: a[i++]! });
    else out.push({ sign: "+", text: b[j++]! });
  }
  return out;
}

/** Leaves out what is far from any change. */
function trim(lines: Line[]): Line[] {
  const near = lines.map((_, i) => lines.slice(Math.max(0, i - context), i + context + 1).some((l) => l.sign !== " "));
  return lines.flatMap((l, i) => (near[i] ? [l] : near[i - 1] ? [{ sign: " ", text: "⋯" } as Line] : []));
}
