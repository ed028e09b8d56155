// Numbers and ticks as the figures write them.
import type { Axis, Pair } from "./data";

const minus = (text: string) => text.replaceAll("-", "−");

/** A number for reading, with up to six digits: 1,143; 0.25; 3e−7. */
export function readable(v: number): string {
  const size = Math.abs(v);
  if (size !== 0 && (size < 1e-4 || size >= 1e15)) return minus(v.toExponential(3).replace(/\.?0+e/, "e").replace("e+", "e"));
  return minus(v.toLocaleString("en", { maximumSignificantDigits: size >= 1e5 ? 15 : 6, maximumFractionDigits: 20 }).replace(/^-0$/, "0"));
}

/** A value of an axis: a number, or the name of a category. */
export const onAxis = (a: Axis, v: number): string => (a.type === "category" ? a.categories[Math.round(v)] ?? "" : readable(v));

export interface Tick { at: number; label: string }

/** The smallest of 1, 2, 2.5 and 5 times a power of ten that gives at most want + 1 ticks. */
function niceStep([lo, hi]: Pair, want: number, whole: boolean): number {
  const rough = (hi - lo) / want;
  for (let power = Math.floor(Math.log10(rough)); ; power++) {
    for (const m of [1, 2, 2.5, 5]) {
      const step = power < 0 ? m / 10 ** -power : m * 10 ** power;
      if (step >= rough && (!whole || Number.isInteger(step))) return step;
    }
  }
}

function decimalsOf(step: number): number {
  let n = 0;
  while (n < 15 && Math.abs(step * 10 ** n - Math.round(step * 10 ** n)) > 1e-6 * step * 10 ** n) n++;
  return n;
}

/** Ticks of an axis that is so many pixels long, about one for each spacing. */
export function ticksOf(a: Axis, length: number, spacing: number): Tick[] {
  const [lo, hi] = [Math.min(...a.range), Math.max(...a.range)];
  if (a.type === "category") {
    const [first, last] = [Math.max(0, Math.ceil(lo)), Math.min(a.categories.length - 1, Math.floor(hi))];
    const every = Math.max(1, Math.ceil((14 * (hi - lo)) / length));
    const out: Tick[] = [];
    for (let i = first; i <= last; i += every) out.push({ at: i, label: a.categories[i]! });
    return out;
  }
  const step = niceStep([lo, hi], Math.max(2, Math.min(6, Math.floor(length / spacing))), a.whole);
  const digits = decimalsOf(step);
  const largest = Math.max(Math.abs(lo), Math.abs(hi));
  const out: Tick[] = [];
  for (let i = Math.ceil(lo / step - 1e-9); i * step <= hi + 1e-9 * step && out.length < 50; i++) {
    const at = i * step;
    const plain = largest < 1e9 && largest >= 1e-4;
    out.push({ at, label: plain ? minus(at.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits }).replace(/^-(0(\.0*)?)$/, "$1")) : readable(at) });
  }
  return out;
}
