// Files as lists show them.
import type { Entry } from "../api/contents";
import type { IconName } from "../app/Icon";

export type SortBy = "name" | "modified" | "size";

export function sortEntries(list: readonly Entry[], by: SortBy, down: boolean): Entry[] {
  const key = (e: Entry) => (by === "modified" ? e.last_modified ?? "" : by === "size" ? (e.size ?? -1) : 0);
  const order = (a: Entry, b: Entry) => {
    const [x, y] = [key(a), key(b)];
    const c = x < y ? -1 : x > y ? 1 : a.name.localeCompare(b.name, "en", { numeric: true });
    return down ? -c : c;
  };
  return [...list].sort((a, b) => Number(b.type === "directory") - Number(a.type === "directory") || order(a, b));
}

export function iconOf(e: Entry): IconName {
  return e.type === "directory" ? "folder" : e.type === "notebook" ? "notebook" : "file";
}

export function sizeText(bytes: number | null): string {
  if (bytes === null) return "";
  if (bytes < 1000) return `${bytes} B`;
  const units = ["kB", "MB", "GB", "TB"];
  let n = bytes;
  let i = -1;
  do { n /= 1000; i++; } while (n >= 999.5 && i < units.length - 1);
  return `${n < 10 ? n.toFixed(1) : Math.round(n)} ${units[i]}`;
}

const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
const spans: [Intl.RelativeTimeFormatUnit, number][] = [["year", 31_536_000], ["month", 2_592_000], ["day", 86_400], ["hour", 3600], ["minute", 60]];

export function timeText(iso: string | null, now: number): string {
  if (!iso) return "";
  const seconds = (now - Date.parse(iso)) / 1000;
  for (const [unit, span] of spans) if (seconds >= span) return relative.format(-Math.floor(seconds / span), unit);
  return "just now";
}

/** What people open and edit as text. */
export function isText(e: Entry): boolean {
  return e.type === "notebook" || /^text\/|json|yaml|toml|xml|javascript|sql/.test(e.mimetype ?? "") || /\.(txt|md|csv|tsv|log|star|py|go|rs|c|h|ts|js|sql|wat|sh|toml|ini|cfg|yaml|yml|json|jsonl|gitignore)$/i.test(e.name);
}

/** The path of a name in a folder, "" for the top. */
export const join = (dir: string, name: string) => (dir ? `${dir}/${name}` : name);
