// A folder: browse, create, upload, rename, delete.
import { useEffect, useRef, useState } from "preact/hooks";
import * as contents from "../api/contents";
import * as sessions from "../api/sessions";
import { ApiError } from "../api/http";
import { Crumbs, ThemeButton } from "../app/Bar";
import { Dialog, askText, confirm } from "../app/Dialog";
import { Icon } from "../app/Icon";
import { Menu } from "../app/Menu";
import { folderOf, follow, go, urlOf } from "../app/route";
import { complain, toast } from "../app/toasts";
import { iconOf, isText, sizeText, sortEntries, timeText, type SortBy } from "./entries";
import { templates, type Template } from "./templates";

const join = (dir: string, name: string) => (dir ? `${dir}/${name}` : name);

export function FilesPage({ dir }: { dir: string }) {
  const [list, setList] = useState<contents.Entry[] | null>(null);
  const [problem, setProblem] = useState("");
  const [sort, setSort] = useState<{ by: SortBy; down: boolean }>({ by: "name", down: false });
  const [choosing, setChoosing] = useState(false);
  const [running, setRunning] = useState<ReadonlySet<string>>(new Set());
  const [over, setOver] = useState(false);
  const [uploads, setUploads] = useState<Record<string, number>>({});
  const picker = useRef<HTMLInputElement>(null);

  const read = async () => {
    try {
      const [f, s] = await Promise.all([contents.folder(dir), sessions.sessions()]);
      setList(f.content);
      setRunning(new Set(s.map((x) => x.path)));
      setProblem("");
    } catch (e) { setProblem((e as Error).message); }
  };
  useEffect(() => {
    setList(null);
    void read();
    document.title = (dir || "Files") + " · wnb";
    const timer = setInterval(() => { if (!document.hidden) void read(); }, 10_000);
    return () => clearInterval(timer);
  }, [dir]);

  const put = async (files: readonly File[]) => {
    for (const file of files) {
      const path = join(dir, file.name);
      if (list?.some((e) => e.name === file.name) && !(await confirm("Replace it?", `There is a file ${file.name} already. The present one is kept as a version if it is a notebook.`, "Replace", true))) continue;
      try {
        await contents.upload(path, file, (share) => setUploads((u) => ({ ...u, [file.name]: share })));
      } catch (e) { complain(e); }
      setUploads(({ [file.name]: _, ...rest }) => rest);
    }
    await read();
  };
  const drop = (e: DragEvent) => {
    e.preventDefault();
    setOver(false);
    void put([...(e.dataTransfer?.files ?? [])]);
  };
  const shown = sortEntries(list ?? [], sort.by, sort.down);
  return (
    <div class="files-page" onDragOver={(e) => { e.preventDefault(); setOver(true); }} onDragLeave={(e) => { if (!e.relatedTarget) setOver(false); }} onDrop={drop} data-over={over || undefined}>
      <header class="topbar">
        <Crumbs path={dir} />
        <span class="space" />
        <ThemeButton />
        <a class="quiet" href="/logout">Log out</a>
      </header>
      <main class="files">
        <div class="files-head">
          <h1>{dir ? dir.split("/").pop() : "Files"}</h1>
          <span class="space" />
          <input ref={picker} type="file" multiple hidden onChange={(e) => { void put([...(e.currentTarget.files ?? [])]); e.currentTarget.value = ""; }} />
          <button type="button" onClick={() => picker.current!.click()}><Icon name="upload" />Upload</button>
          <Menu label="New file or folder" cls="" items={() => [
            { label: "Text file…", run: () => void newText(dir) },
            { label: "Folder…", run: () => void newFolder(dir).then(read) },
          ]}><Icon name="plus" />New</Menu>
          <button type="button" class="primary" onClick={() => setChoosing(true)}><Icon name="plus" />Notebook</button>
        </div>
        {problem && <div class="banner" role="alert"><p>{problem}</p><button type="button" onClick={() => void read()}>Try again</button>{dir && <a href="/tree">Go to the top</a>}</div>}
        {Object.entries(uploads).map(([name, share]) => <p key={name} class="upload"><span>{name}</span><progress value={share} aria-label={`Upload of ${name}`} /></p>)}
        {list && (shown.length || dir ? <Rows list={shown} dir={dir} sort={sort} setSort={setSort} running={running} changed={() => void read()} /> : <Nothing choose={() => setChoosing(true)} />)}
        {list && dir && !shown.length && <p class="empty">The folder is empty. Drop files here, or make a notebook.</p>}
      </main>
      {choosing && <NewNotebook dir={dir} taken={(list ?? []).map((e) => e.name)} close={() => setChoosing(false)} />}
      {over && <div class="drop-hint" aria-hidden="true">Drop to upload into {dir || "the top folder"}</div>}
    </div>
  );
}

function Nothing({ choose }: { choose: () => void }) {
  return (
    <div class="nothing">
      <h2>There is nothing here yet</h2>
      <p>Make a notebook, or drop files into the window.</p>
      <button type="button" class="primary" onClick={choose}>Make a notebook</button>
    </div>
  );
}

type SetSort = (s: { by: SortBy; down: boolean }) => void;

function Rows({ list, dir, sort, setSort, running, changed }: { list: contents.Entry[]; dir: string; sort: { by: SortBy; down: boolean }; setSort: SetSort; running: ReadonlySet<string>; changed: () => void }) {
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

async function newText(dir: string): Promise<void> {
  const name = await askText("New text file", "Name", "notes.md", "Create");
  if (!name) return;
  try {
    await contents.saveText(join(dir, name), "", "absent");
    await go(join(dir, name));
  } catch (e) { complain(e); }
}

async function newFolder(dir: string): Promise<void> {
  const name = await askText("New folder", "Name", "data", "Create");
  if (!name) return;
  try {
    const made = await contents.makeFolder(dir);
    await contents.rename(made.path, join(dir, name));
  } catch (e) { complain(e); }
}

function NewNotebook({ dir, taken, close }: { dir: string; taken: string[]; close: () => void }) {
  const free = (stem: string) => { for (let n = 1; ; n++) { const name = `${stem}${n > 1 ? "_" + n : ""}.wnb`; if (!taken.includes(name)) return name; } };
  const [kind, setKind] = useState<Template>(templates[0]!);
  const [name, setName] = useState(free("notebook"));
  const [problem, setProblem] = useState("");
  const create = async (e: Event) => {
    e.preventDefault();
    const file = /\.(wnb|ipynb)$/.test(name) ? name : name + ".wnb";
    try {
      await contents.saveText(join(dir, file), kind.text, "absent");
      close();
      await go(join(dir, file));
    } catch (err) {
      setProblem(err instanceof ApiError && err.status === 409 ? `There is a file ${file} already. Choose another name.` : (err as Error).message);
    }
  };
  return (
    <Dialog title="New notebook" onClose={close}>
      <form onSubmit={(e) => void create(e)}>
        <fieldset class="templates">
          <legend class="visually-hidden">Start with</legend>
          {templates.map((t) => (
            <label key={t.id}><input type="radio" name="template" checked={t === kind} onChange={() => setKind(t)} /><span><b>{t.title}</b><small>{t.about}</small></span></label>
          ))}
        </fieldset>
        <label class="field"><span>Name</span><input type="text" value={name} onInput={(e) => setName(e.currentTarget.value)} required /></label>
        {problem && <p class="problem" role="alert">{problem}</p>}
        <div class="buttons"><button type="button" onClick={close}>Cancel</button><button type="submit" class="primary">Create</button></div>
      </form>
    </Dialog>
  );
}
