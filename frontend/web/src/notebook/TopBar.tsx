// The bar above a notebook: where it is, how its kernel is, what can be done.
import { Icon } from "../app/Icon";
import { Menu } from "../app/Menu";
import { Crumbs, ThemeButton } from "../app/Bar";
import { openPalette } from "../app/Palette";
import { urlOf } from "../app/route";
import { downloadURL } from "../api/contents";
import type { Mode } from "../api/sessions";
import { commandsOf } from "./commands";
import { panelOpen, sidebarOpen } from "./layout";
import type { Notebook } from "./notebook";
import { ProblemCount } from "./ProblemViews";
import { versionsOpen } from "./Versions";

const modes: { mode: Mode; title: string }[] = [
  { mode: "auto", title: "Reactive: cells rerun when what they read changes" },
  { mode: "brief", title: "Brief: they rerun if all of them together take less than 2 s" },
  { mode: "lazy", title: "Lazy: such cells are marked stale" },
  { mode: "off", title: "Off: they are marked, and used as they are" },
];
const modeNames: Record<Mode, string> = { auto: "reactive", brief: "reactive under 2 s", lazy: "lazy", off: "manual" };

export function TopBar({ nb }: { nb: Notebook }) {
  const mode = nb.settings.now.value?.mode;
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
      <ProblemCount nb={nb} />
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
