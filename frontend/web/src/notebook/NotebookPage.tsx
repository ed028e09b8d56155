// The page of a notebook.
import { useEffect, useLayoutEffect, useMemo } from "preact/hooks";
import { Icon } from "../app/Icon";
import { Crumbs } from "../app/Bar";
import { beforeLeaving, urlOf } from "../app/route";
import { Banner, Conflict } from "./Banner";
import { CellView } from "./CellView";
import { commandsOf, Keys, keyName } from "./commands";
import { Find } from "./Find";
import { panelOpen, sidebarOpen, uncover } from "./layout";
import { Notebook } from "./notebook";
import { Explanation, NotebookProblems, ProblemBar } from "./ProblemViews";
import { Panel, Sidebar } from "./SidePanels";
import { TopBar } from "./TopBar";
import { Versions, versionsOpen } from "./Versions";

export function NotebookPage({ path }: { path: string }) {
  const nb = useMemo(() => new Notebook(path), [path]);
  useEffect(() => {
    void nb.open();
    const left = beforeLeaving(() => nb.saver.save());
    return () => { left(); nb.close(); };
  }, [nb]);
  useEffect(() => { document.title = (nb.doc.title.value || path.split("/").pop()) + " · wnb"; }, [nb.doc.title.value, path]);
  if (nb.failure.value) {
    return (
      <><header class="topbar"><Crumbs path={path} /></header>
        <main class="message-page"><h1>This notebook cannot be opened</h1><p>{nb.failure.value}</p>
          <p><a href={urlOf(path, true)}>Open it as text</a> to mend it, or go back to <a href="/tree">the files</a>.</p></main></>
    );
  }
  return <Open nb={nb} />;
}

function Open({ nb }: { nb: Notebook }) {
  useKeys(nb);
  return (
    <div class="notebook-page" data-panel={panelOpen.value || undefined} data-sidebar={sidebarOpen.value || undefined}>
      <TopBar nb={nb} />
      <Sidebar nb={nb} />
      <main class="scroll-root" aria-label="Notebook" onPointerDown={uncover}>
        {nb.find.value && <Find nb={nb} />}
        <Banner nb={nb} />
        <NotebookProblems nb={nb} />
        {nb.opened.value ? <Cells nb={nb} /> : <p class="loading" aria-live="polite">Opening…</p>}
        <ProblemBar nb={nb} />
      </main>
      <Panel nb={nb} />
      <Conflict nb={nb} />
      <Explanation nb={nb} />
      {versionsOpen.value && <Versions nb={nb} />}
    </div>
  );
}

function Cells({ nb }: { nb: Notebook }) {
  const cells = nb.doc.cells.value;
  const drop = nb.dropAt.value;
  useLayoutEffect(() => { performance.mark("wnb.cells"); }, []); // how fast notebooks open
  return (
    <div class="cells" role="list" aria-label="Cells">
      {cells.map((cell, i) => (
        <div class="slot" role="listitem" key={cell.id + cell.kind.peek()} data-drop={drop === i || undefined}><CellView nb={nb} cell={cell} /></div>
      ))}
      <div class="add" data-drop={drop === cells.length || undefined}>
        <button type="button" onClick={() => add(nb, "starlark")}><Icon name="plus" />Code</button>
        <button type="button" onClick={() => add(nb, "markdown")}><Icon name="plus" />Text</button>
        <button type="button" onClick={() => add(nb, "sql")}><Icon name="plus" />SQL</button>
      </div>
    </div>
  );
}

function add(nb: Notebook, kind: "starlark" | "markdown" | "sql"): void {
  const cell = nb.doc.insert(nb.doc.cells.peek().length, kind, "", "");
  cell.editing.value = kind === "markdown";
  nb.doc.mode.value = "edit";
}

/** Keys of the page: everywhere, or where no text is typed. */
function useKeys(nb: Notebook): void {
  useEffect(() => {
    const keys = new Keys(commandsOf(nb));
    const press = (e: KeyboardEvent) => {
      const at = e.target as HTMLElement;
      if (e.defaultPrevented || document.querySelector("dialog[open], .menu")) return;
      if (at.dataset.keys?.split(" ").includes(e.key)) return; // it has keys of its own
      const typing = at.closest("input, textarea, select, .cm-editor") !== null;
      const own = at === document.body || at.closest("#root") !== null;
      const inCell = at === document.body || at.classList.contains("cell") || at.classList.contains("scroll-root");
      const onButton = !inCell && !typing && ["Enter", " "].includes(e.key);
      if (!own || onButton || (typing && !at.closest(".cm-editor") && !keyName(e).startsWith("Ctrl-"))) return;
      if (keys.press(e, !typing && (inCell || at.closest(".cells") !== null || document.activeElement === document.body))) {
        e.preventDefault();
        e.stopPropagation();
      }
    };
    addEventListener("keydown", press, true);
    return () => removeEventListener("keydown", press, true);
  }, [nb]);
}
