// Where the page is: /tree/PATH shows what is at PATH of the served folder.
import { signal } from "@preact/signals";

function read(): string {
  return decodeURIComponent(location.pathname.replace(/^\/tree\/?/, "")).replace(/\/$/, "");
}

export const path = signal(read());
export const asText = signal(new URLSearchParams(location.search).get("view") === "text");

/** Leaves are asked before the page goes elsewhere; each saves what it has. */
const leaving = new Set<() => Promise<void>>();

export function beforeLeaving(save: () => Promise<void>): () => void {
  leaving.add(save);
  return () => leaving.delete(save);
}

export const urlOf = (to: string, text = false) => "/tree/" + to.split("/").map(encodeURIComponent).join("/") + (text ? "?view=text" : "");

export async function go(to: string, text = false): Promise<void> {
  await Promise.all([...leaving].map((save) => save()));
  history.pushState(null, "", urlOf(to, text));
  asText.value = text;
  path.value = to;
}

addEventListener("popstate", () => {
  asText.value = new URLSearchParams(location.search).get("view") === "text";
  path.value = read();
});

/** Takes a token of a link out of the address bar; the cookie holds from here. */
export function dropToken(): void {
  const query = new URLSearchParams(location.search);
  if (!query.has("token") && !location.hash.includes("token=")) return;
  query.delete("token");
  const rest = query.size ? "?" + query : "";
  history.replaceState(null, "", location.pathname + rest);
}

/** Follows a link of the page without loading it anew, unless the user wants a new tab. */
export function follow(e: MouseEvent, to: string, text = false): void {
  if (e.metaKey || e.ctrlKey || e.shiftKey || e.button !== 0) return;
  e.preventDefault();
  void go(to, text);
}

export const folderOf = (p: string) => p.split("/").slice(0, -1).join("/");
export const nameOf = (p: string) => p.split("/").pop() ?? "";
