// The files of a folder as a table, with what can be done to each.
import * as contents from "../api/contents";
import * as sessions from "../api/sessions";
import { askText, confirm } from "../app/Dialog";
import { Icon } from "../app/Icon";
import { Menu } from "../app/Menu";
import { folderOf, follow, go, urlOf } from "../app/route";
import { complain, toast } from "../app/toasts";
import { iconOf, isText, join, sizeText, timeText, type SortBy } from "./entries";

export interface Sort { by: SortBy; down: boolean }

export function FileTable({ list, dir, sort, setSort, running, changed }: { list: contents.Entry[]; dir: string; sort: Sort; setSort: (s: Sort) => void; running: ReadonlySet<string>; changed: () => void }) {
  const now = Date.now();
  const head = (by: SortBy, title: string) => (
    <th scope="col" class={by} aria-sort={sort.by === by ? (sort.down ? "descending" : "ascending") : "none"}>
      <button type="button" onClick={() => setSort({ by, down: sort.by === by ? !sort.down : by !== "name" })}>{title}<span class="arrow" aria-hidden="true">{sort.by === by ? (sort.down ? "↓" : "↑") : ""}</span></button>
    </th>
  );
  return (
    <table class="file-table">
      <thead><tr>{head("name", "Name")}{head("modified", "Changed")}{head("size", "Size")}<th><span class="visually-hidden">Actions</span></th></tr></thead>
      <tbody>
        {dir && <tr><td class="name"><a href={urlOf(folderOf(dir))} onClick={(e) => follow(e, folderOf(dir))}><Icon name="up" />..</a></td><td /><td /><td /></tr>}
        {list.map((e) => (
          <tr key={e.path}>
            <td class="name">
              <FileLink e={e} />
              {running.has(e.path) && <span class="live" title="It has a kernel">running</span>}
            </td>
            <td class="modified" title={e.last_modified ? new Date(e.last_modified).toLocaleString() : ""}>{timeText(e.last_modified, now)}</td>
            <td class="size">{sizeText(e.size)}</td>
            <td class="acts"><Menu label={`More about ${e.name}`} items={() => actions(e, running, changed)}><Icon name="more" /></Menu></td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function FileLink({ e }: { e: contents.Entry }) {
  const opens = e.type !== "file" || isText(e);
  return opens
    ? <a href={urlOf(e.path)} onClick={(ev) => follow(ev, e.path)}><Icon name={iconOf(e)} />{e.name}</a>
    : <a href={contents.fileURL(e.path)} target="_blank" rel="noopener"><Icon name="file" />{e.name}</a>;
}

function actions(e: contents.Entry, running: ReadonlySet<string>, changed: () => void) {
  return [
    ...(e.type !== "directory" ? [{ label: "Download", run: () => { location.href = contents.downloadURL(e.path); } }] : []),
    ...(e.type === "notebook" ? [{ label: "Edit as text", run: () => void go(e.path, true) }] : []),
    ...(e.type !== "directory" ? [{ label: "Duplicate", run: () => void contents.copy(e.path, folderOf(e.path)).then(changed).catch(complain) }] : []),
    { label: "Rename…", run: () => void rename(e).then(changed) },
    ...(running.has(e.path) ? [{ label: "End the kernel", run: () => void endKernel(e.path).then(changed) }] : []),
    null,
    { label: "Delete…", danger: true, run: () => void remove(e).then(changed) },
  ];
}

async function rename(e: contents.Entry): Promise<void> {
  const name = await askText(`Rename ${e.name}`, "New name, or a path from the top folder", e.name, "Rename");
  if (!name || name === e.name) return;
  const to = name.includes("/") ? name.replace(/^\//, "") : join(folderOf(e.path), name);
  await contents.rename(e.path, to).catch(complain);
}

async function remove(e: contents.Entry): Promise<void> {
  const what = e.type === "directory" ? "The folder and all that is in it goes for good." : "The file goes for good.";
  if (await confirm(`Delete ${e.name}?`, what, "Delete", true)) await contents.remove(e.path).catch(complain);
}

async function endKernel(path: string): Promise<void> {
  try {
    for (const s of await sessions.sessions()) if (s.path === path) await sessions.endSession(s.id);
    toast("The kernel has ended. Outputs are kept.");
  } catch (e) { complain(e); }
}
