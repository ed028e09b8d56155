// Terminal text: SGR colours as classes, carriage returns and backspaces as a
// terminal would show them. Pure.

export interface Span { text: string; classes: string }

const escape = /\x1b\[([0-9;:]*)([A-Za-z])|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[@-Z\\-_]/g;

/** Text with ANSI escapes as runs of one look. */
export function ansiSpans(text: string): Span[] {
  const spans: Span[] = [];
  const look = new Look();
  let from = 0;
  const put = (end: number) => { if (end > from) spans.push({ text: text.slice(from, end), classes: look.classes() }); };
  for (const m of text.matchAll(escape)) {
    put(m.index);
    from = m.index + m[0].length;
    if (m[2] === "m") look.apply(m[1]!.split(/[;:]/).map(Number));
  }
  put(text.length);
  return spans;
}

class Look {
  private fg = "";
  private bg = "";
  private flags = new Set<string>();

  apply(codes: number[]): void {
    for (let i = 0; i < codes.length; i++) {
      const c = codes[i]!;
      if (c === 0) { this.fg = this.bg = ""; this.flags.clear(); }
      else if (c in styles) this.flags.add(styles[c]!);
      else if (c === 22) { this.flags.delete("bold"); this.flags.delete("dim"); }
      else if (c === 23) this.flags.delete("italic");
      else if (c === 24) this.flags.delete("underline");
      else if (c === 27) this.flags.delete("inverse");
      else if (c >= 30 && c <= 37) this.fg = names[c - 30]!;
      else if (c >= 90 && c <= 97) this.fg = names[c - 90]!;
      else if (c >= 40 && c <= 47) this.bg = names[c - 40]!;
      else if (c >= 100 && c <= 107) this.bg = names[c - 100]!;
      else if (c === 39) this.fg = "";
      else if (c === 49) this.bg = "";
      else if (c === 38 || c === 48) {
        const [name, used] = palette(codes.slice(i + 1));
        if (c === 38) this.fg = name; else this.bg = name;
        i += used;
      }
    }
  }

  classes(): string {
    return [this.fg && `ansi-${this.fg}`, this.bg && `ansi-bg-${this.bg}`, ...[...this.flags].map((f) => `ansi-${f}`)].filter(Boolean).join(" ");
  }
}

const names = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"];
const styles: Record<number, string> = { 1: "bold", 2: "dim", 3: "italic", 4: "underline", 7: "inverse" };

/** The nearest of the eight colours for a 256- or true-colour code, and how many numbers it took. */
function palette([kind, ...rest]: number[]): [name: string, used: number] {
  if (kind === 2) return [nearest(rest[0] ?? 0, rest[1] ?? 0, rest[2] ?? 0), 4];
  const n = rest[0] ?? 0;
  if (n < 16) return [names[n % 8]!, 2];
  if (n > 231) return [n > 243 ? "white" : "black", 2];
  const level = (v: number) => (v % 6) * 51;
  return [nearest(level(Math.floor((n - 16) / 36)), level(Math.floor((n - 16) / 6)), level(n - 16)), 2];
}

function nearest(r: number, g: number, b: number): string {
  return names[(r > 110 ? 1 : 0) + (g > 110 ? 2 : 0) + (b > 110 ? 4 : 0)]!;
}

/** Applies carriage returns and backspaces within lines. */
export function settle(text: string): string {
  if (!/[\r\b]/.test(text)) return text;
  return text.replaceAll("\r\n", "\n").split("\n").map((line) => {
    while (/[^\b]\x08/.test(line)) line = line.replace(/[^\b]\x08/g, "");
    const parts = line.split("\r");
    return parts.reduce((shown, part) => (part.length >= shown.length ? part : part + shown.slice(part.length)));
  }).join("\n");
}
