// The files of a folder, small, beside a notebook.
import { useEffect, useState } from "preact/hooks";
import * as contents from "../api/contents";
import { Icon } from "../app/Icon";
import { folderOf, follow, urlOf } from "../app/route";
import { iconOf, sortEntries } from "./entries";

export function FileList({ dir, current }: { dir: string; current: string }) {
  const [list, setList] = useState<contents.Entry[] | null>(null);
  useEffect(() => { void contents.folder(dir).then((f) => setList(sortEntries(f.content, "name", false))).catch(() => setList([])); }, [dir, current]);
  return (
    <ul class="file-list">
      {dir && <li><a href={urlOf(folderOf(dir))} onClick={(e) => follow(e, folderOf(dir))}><Icon name="up" /><span>..</span></a></li>}
      {list?.map((f) => (
        <li key={f.path}><a href={urlOf(f.path)} aria-current={f.path === current ? "page" : undefined} title={f.name} onClick={(e) => follow(e, f.path)}><Icon name={iconOf(f)} /><span>{f.name}</span></a></li>
      ))}
    </ul>
  );
}
