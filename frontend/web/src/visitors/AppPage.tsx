// A notebook as an app: its text and outputs, and a form for its parameters.
import type { Signal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import type { OutputJSON } from "../api/contents";
import { ThemeButton } from "../app/Bar";
import { Params } from "../form/Params";
import { Markdown } from "../notebook/Markdown";
import { Outputs } from "../outputs/Outputs";
import type { SetInput } from "../form/Input";
import { Visit } from "./visit";

function CellOutput({ outputs, set }: { outputs: Signal<OutputJSON[]>; set: SetInput }) {
  if (!outputs.value.length) return null;
  return <div class="outputs"><Outputs outputs={outputs.value} goTo={() => undefined} known={() => false} set={set} /></div>;
}

export function AppPage() {
  const visit = useMemo(() => new Visit(), []);
  useEffect(() => void visit.open(), [visit]);
  const shown = visit.shown.value;
  return (
    <div class="app-page" data-form={visit.params.value.length > 0 || undefined}>
      <header class="topbar">
        <strong class="app-title">{shown?.title}</strong>
        <span class="space" />
        <span class="kernel-state" role="status" data-state={visit.running.value ? "busy" : "idle"}><i aria-hidden="true" /><span>{visit.running.value ? "running" : "up to date"}</span></span>
        <ThemeButton />
      </header>
      {visit.params.value.length > 0 && (
        <aside class="app-form" aria-label="Parameters"><Params params={visit.params.value} set={(n, v) => visit.set(n, v)} /></aside>
      )}
      <main class="app-main" aria-busy={visit.running.value}>
        {visit.problem.value && <div class="banner" role="alert"><p>{visit.problem.value}</p><button type="button" onClick={() => void visit.run()}>Run again</button></div>}
        {shown?.cells.map((c) => (c.kind === "markdown"
          ? <div key={c.id} class="text"><Markdown source={c.source ?? ""} /></div>
          : <CellOutput key={c.id} outputs={visit.outputs.get(c.id)!} set={visit.setInput} />))}
      </main>
    </div>
  );
}
