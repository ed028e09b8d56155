// The page of a notebook.
import { useEffect, useLayoutEffect, useMemo } from "preact/hooks";
import { Icon } from "../app/Icon";
import { Menu } from "../app/Menu";
import { Dialog } from "../app/Dialog";
import { Crumbs, ThemeButton } from "../app/Bar";
import { beforeLeaving, urlOf } from "../app/route";
import { downloadURL } from "../api/contents";
import type { Mode } from "../api/sessions";
import { FileList } from "../files/FileList";
import { GraphPanel } from "../panel/GraphPanel";
import { Outline } from "../panel/Outline";
import { Params } from "../panel/Params";
import { Section } from "../panel/Section";
import { Variables } from "../panel/Variables";
import { CellView } from "./CellView";
import { commandsOf, Keys, keyName } from "./commands";
import { Find } from "./Find";
import { panelOpen, sidebarOpen, uncover } from "./layout";
import { Notebook } from "./notebook";
import { Versions, versionsOpen } from "./Versions";
import { openPalette } from "../app/Palette";

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
        {nb.opened.value ? <Cells nb={nb} /> : <p class="loading" aria-live="polite">Opening…</p>}
      </main>
      <Panel nb={nb} />
      <Conflict nb={nb} />
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

const modes: { mode: Mode; title: string }[] = [
  { mode: "auto", title: "Reactive: cells rerun when what they read changes" },
  { mode: "lazy", title: "Lazy: such cells are marked stale" },
  { mode: "off", title: "Off: they are marked, and used as they are" },
];
const modeNames: Record<Mode, string> = { auto: "reactive", lazy: "lazy", off: "manual" };

function TopBar({ nb }: { nb: Notebook }) {
  const mode = nb.settings.value?.mode;
  const busy = nb.runner.running.value !== null || nb.runner.waiting.value.length > 0;
  const more = () => [
    { label: "All commands", hint: "Ctrl-Shift-P", run: () => openPalette(commandsOf(nb)) },
    { label: "Find and replace", hint: "Ctrl-F", run: () => { nb.find.value = true; } },
    null,
    { label: "Restart the kernel", hint: "0 0", run: () => void nb.restart(false) },
    { label: "Restart and run all", run: () => void nb.restart(true) },
    { label: "Clear all outputs", run: () => void nb.clearOutputs(nb.doc.cells.peek().filter((c) => c.isCode)) },
    null,
    { label: "Keep as run", run: () => void nb.keep() },
    { label: "Saved versions…", run: () => { versionsOpen.value = true; } },
    { label: "Download", run: () => { location.href = downloadURL(nb.path); } },
    { label: "Edit as text", run: () => { void nb.saver.save().then(() => { location.href = urlOf(nb.path, true); }); } },
  ];
  return (
    <header class="topbar">
      <button type="button" class="icon" aria-label="Side bar" aria-pressed={sidebarOpen.value} title="Files and outline" onClick={() => { sidebarOpen.value = !sidebarOpen.value; }}><Icon name="sidebar" /></button>
      <Crumbs path={nb.path} />
      <Saved nb={nb} />
      <span class="space" />
      <KernelState nb={nb} />
      {mode && (
        <Menu label="What happens to stale cells" cls="quiet" items={() => modes.map((m) => ({ label: m.title, checked: m.mode === mode, run: () => void nb.setMode(m.mode) }))}>
          <span>{modeNames[mode]}</span><span aria-hidden="true" class="caret">▾</span>
        </Menu>
      )}
      {busy
        ? <button type="button" class="stop" title="Stop what runs (I I)" onClick={() => void nb.stopRunning()}><Icon name="stop" />Stop</button>
        : <button type="button" class="primary" title="Run all cells" onClick={() => nb.runAll()}><Icon name="run" />Run all</button>}
      <Menu label="Notebook menu" items={more}><Icon name="more" /></Menu>
      <ThemeButton />
      <button type="button" class="icon" aria-label="Panel" aria-pressed={panelOpen.value} title="Parameters, graph, variables" onClick={() => { panelOpen.value = !panelOpen.value; }}><Icon name="panel" /></button>
    </header>
  );
}

function Saved({ nb }: { nb: Notebook }) {
  const text = { saved: "", changed: "edited", saving: "saving", failed: "not saved", conflict: "not saved" }[nb.saver.state.value];
  return <span class={`saved saved-${nb.saver.state.value}`} role="status" title={nb.saver.problem.value}>{text}</span>;
}

function KernelState({ nb }: { nb: Notebook }) {
  const lost = nb.runner.connection?.link.value === "lost";
  const state = lost ? "lost" : nb.runner.state.value;
  const running = nb.runner.running.value;
  const shown = running && state === "idle" ? "busy" : state; // between two cells
  const queue = nb.runner.waiting.value.length;
  const word = { starting: "starting", idle: "idle", busy: "busy", restarting: "restarting", dead: "dead", lost: "reconnecting" }[state];
  return (
    <span class="kernel-state" data-state={shown} role="status" title={`Kernel: ${word}`}>
      <i aria-hidden="true" /><span>{running ? `running ${running.id}` : word}{queue > 0 ? `, ${queue} queued` : ""}</span>
    </span>
  );
}

function Banner({ nb }: { nb: Notebook }) {
  if (nb.runner.trouble.value) {
    return <div class="banner" role="alert"><p>{nb.runner.trouble.value}</p><button type="button" onClick={() => void nb.runner.start()}>Try again</button></div>;
  }
  if (nb.runner.state.value === "dead") {
    return <div class="banner" role="alert"><p>The kernel has ended. Outputs are kept; values are gone.</p><button type="button" onClick={() => void nb.restart(false)}>Start a new one</button></div>;
  }
  if (nb.saver.state.value === "failed") {
    return <div class="banner" role="alert"><p>{nb.saver.problem.value || "The notebook could not be saved."}</p><button type="button" onClick={() => void nb.saver.save()}>Save now</button></div>;
  }
  return null;
}

function Sidebar({ nb }: { nb: Notebook }) {
  if (!sidebarOpen.value) return null;
  return (
    <nav class="sidebar" aria-label="Files and outline">
      <Section id="files" title="Files"><FileList dir={nb.dir} current={nb.path} /></Section>
      <Section id="outline" title="Outline"><Outline nb={nb} /></Section>
    </nav>
  );
}

function Panel({ nb }: { nb: Notebook }) {
  if (!panelOpen.value) return null;
  const settings = nb.settings.value;
  return (
    <aside class="panel" aria-label="Parameters, graph and variables">
      {settings && settings.params.length > 0 && (
        <Section id="params" title="Parameters"><Params params={settings.params} set={(n, v) => void nb.setParam(n, v)} /></Section>
      )}
      {settings?.problem && <p class="problem" role="alert">{settings.problem}</p>}
      <Section id="graph" title="Graph"><GraphPanel nb={nb} /></Section>
      <Section id="variables" title="Variables"><Variables nb={nb} /></Section>
    </aside>
  );
}

function Conflict({ nb }: { nb: Notebook }) {
  if (!nb.saver.conflict.value) return null;
  return (
    <Dialog title="The file was changed elsewhere">
      <p>Somebody else, or another tab, changed the same cells as you. Which version shall stay? The other one is kept under Saved versions.</p>
      <div class="buttons">
        <button type="button" onClick={() => void nb.saver.settle("theirs")}>Take theirs</button>
        <button type="button" class="primary" onClick={() => void nb.saver.settle("mine")}>Keep mine</button>
      </div>
    </Dialog>
  );
}

/** Keys of the page: everywhere, or where no text is typed. */
function useKeys(nb: Notebook): void {
  useEffect(() => {
    const keys = new Keys(commandsOf(nb));
    const press = (e: KeyboardEvent) => {
      const at = e.target as HTMLElement;
      if (e.defaultPrevented || document.querySelector("dialog[open], .menu")) return;
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
