// A table whose rows are chosen: an input of the graph.
import type { WholeTable } from "../api/tables";
import { useWanted, type InputSpec, type SetInput } from "../form/Input";
import { Table } from "./Table";

export function TableInput({ spec, set, html, whole }: { spec: InputSpec; set: SetInput; html: string; whole?: WholeTable }) {
  const [rows, choose] = useWanted(Array.isArray(spec.value) ? (spec.value as number[]) : [], (v) => set(spec.name, v));
  return (
    <div class="input-table" role="group" aria-label={spec.label || spec.name}>
      {spec.label && <p class="input-title">{spec.label}</p>}
      <Table html={html} whole={whole} select={{ value: rows, set: choose }} />
    </div>
  );
}
