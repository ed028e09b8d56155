// What is beside the cells: files and outline, and parameters, graph and variables.
import { FileList } from "../files/FileList";
import { GraphPanel } from "../panel/GraphPanel";
import { Outline } from "../panel/Outline";
import { Params } from "../form/Params";
import { Section } from "../panel/Section";
import { Variables } from "../panel/Variables";
import { panelOpen, sidebarOpen } from "./layout";
import type { Notebook } from "./notebook";

export function Sidebar({ nb }: { nb: Notebook }) {
  if (!sidebarOpen.value) return null;
  return (
    <nav class="sidebar" aria-label="Files and outline">
      <Section id="files" title="Files"><FileList dir={nb.dir} current={nb.path} /></Section>
      <Section id="outline" title="Outline"><Outline nb={nb} /></Section>
    </nav>
  );
}

export function Panel({ nb }: { nb: Notebook }) {
  if (!panelOpen.value) return null;
  const settings = nb.settings.now.value;
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
