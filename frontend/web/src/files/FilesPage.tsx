// A folder: browse, create, upload, rename, delete.
import { useEffect, useRef, useState } from "preact/hooks";
import * as contents from "../api/contents";
import * as sessions from "../api/sessions";
import { Crumbs, ThemeButton } from "../app/Bar";
import { askText, confirm } from "../app/Dialog";
import { Icon } from "../app/Icon";
import { Menu } from "../app/Menu";
import { go } from "../app/route";
import { complain } from "../app/toasts";
import { join, sortEntries } from "./entries";
import { FileTable, type Sort } from "./FileTable";
import { NewNotebook } from "./NewNotebook";

export function FilesPage({ dir }: { dir: string }) {
  const [list, setList] = useState<contents.Entry[] | null>(null);
  const [problem, setProblem] = useState("");
  const [sort, setSort] = useState<Sort>({ by: "name", down: false });
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
        {list && (shown.length || dir ? <FileTable list={shown} dir={dir} sort={sort} setSort={setSort} running={running} changed={() => void read()} /> : <Nothing choose={() => setChoosing(true)} />)}
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
