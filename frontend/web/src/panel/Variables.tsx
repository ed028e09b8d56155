// The values of the session: name, type, size, and the cell that defines each.
import { useEffect, useState } from "preact/hooks";
import type { Variable } from "../kernel/messages";
import type { Notebook } from "../notebook/notebook";
import { Outputs } from "../outputs/Outputs";
import { Dialog } from "../app/Dialog";
import { sizeText } from "../files/entries";
import type { MimeBundle } from "../api/contents";

/** The shape of a value, as "1,143 × 13", or the value. */
function shapeOf(v: Variable): string {
  if (v.shape?.length) return v.shape.map((n) => n.toLocaleString("en")).join(" × ");
  return v.value.length > 60 ? v.value.slice(0, 60) + "…" : v.value;
}

export function Variables({ nb }: { nb: Notebook }) {
  const [list, setList] = useState<Variable[] | null>(null);
  const [open, setOpen] = useState<{ name: string; data: MimeBundle } | null>(null);
  const generation = nb.runner.generation.value;
  const idle = nb.runner.state.value === "idle";
  useEffect(() => {
    let gone = false;
    const timer = setTimeout(() => {
      void nb.runner.connection?.ask("debug_request", { seq: 1, type: "request", command: "inspectVariables" }, "control", 30)
        .then((r) => { if (!gone && r.body?.variables) setList(r.body.variables); }).catch(() => undefined);
    }, 120);
    return () => { gone = true; clearTimeout(timer); };
  }, [generation, idle]);
  const owners = new Map(nb.runner.graph.value.cells.flatMap((c) => (c.defines ?? []).map((name) => [name, c.id] as const)));
  if (!list?.length) return <p class="empty">Names that cells define appear here when they have run.</p>;
  const look = (name: string) => void nb.runner.connection?.ask("debug_request", { seq: 2, type: "request", command: "richInspectVariables", arguments: { variableName: name } }, "control", 30)
    .then((r) => { if (r.body?.data) setOpen({ name, data: r.body.data }); }).catch(() => undefined);
  return (
    <>
      <table class="variables">
        <thead class="visually-hidden"><tr><th>Name</th><th>Type</th><th>Value</th></tr></thead>
        <tbody>
          {list.map((v) => {
            const owner = owners.get(v.name);
            return (
              <tr key={v.name}>
                <th scope="row"><button type="button" class="link" title={owner ? `Defined by ${owner}` : "Defined in the console"} onClick={() => owner && nb.goTo(owner)}>{v.name}</button></th>
                <td class="type">{v.type}</td>
                <td class="value"><button type="button" class="plain" title={v.size ? `${sizeText(v.size)}; show the value` : "Show the value"} onClick={() => look(v.name)}>{shapeOf(v)}{v.size && v.size >= 1000 ? <span class="type"> {sizeText(v.size)}</span> : null}</button></td>
              </tr>
            );
          })}
        </tbody>
      </table>
      {open && (
        <Dialog title={open.name} wide onClose={() => setOpen(null)}>
          <div class="outputs"><Outputs outputs={[{ output_type: "display_data", data: open.data, metadata: {} }]} goTo={() => undefined} known={() => false} /></div>
          <div class="buttons"><button type="button" onClick={() => setOpen(null)}>Close</button></div>
        </Dialog>
      )}
    </>
  );
}
