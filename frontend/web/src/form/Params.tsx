// The declared parameters as a form.
import type { Param } from "../api/sessions";
import { Control, shown, type Field } from "./Control";

function kindOf(p: Param): Field["kind"] {
  const number = p.type === "int" || p.type === "float";
  if (p.type === "bool") return "checkbox";
  if (p.choices && p.type !== "list") return "choice";
  if (number) return p.min !== undefined && p.max !== undefined ? "slider" : "number";
  return "text";
}

const placeholders: Partial<Record<Param["type"], string>> = { file: "path of a file", list: "[a, b]" };

const fieldOf = (p: Param): Field => ({
  id: "param-" + p.name, label: p.name, kind: kindOf(p), value: p.value, whole: p.type === "int", min: p.min, max: p.max, choices: p.choices,
  placeholder: placeholders[p.type],
});

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);

export function Params({ params, set }: { params: Param[]; set: (name: string, value: unknown) => void }) {
  return (
    <div class="params">
      {params.map((p) => {
        const f = fieldOf(p);
        const changed = p.default !== undefined && p.default !== null && !same(p.value, p.default);
        return (
          <div class="param" key={p.name} data-type={p.type}>
            <label for={f.id} title={p.help}>{p.name}</label>
            <Control f={f} set={(v) => set(p.name, v)} />
            {p.help && <p class="help-text">{p.help}</p>}
            {changed && <button type="button" class="link reset" onClick={() => set(p.name, p.default)}>back to {shown(p.default) || "empty"}</button>}
          </div>
        );
      })}
    </div>
  );
}
