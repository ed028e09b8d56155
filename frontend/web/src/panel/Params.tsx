// The declared parameters as a form.
import { useEffect, useState } from "preact/hooks";
import type { Param } from "../api/sessions";

type Set = (name: string, value: unknown) => void;

const shown = (v: unknown): string => (v === null || v === undefined ? "" : Array.isArray(v) ? "[" + v.map(shown).join(", ") + "]" : String(v));

/** Decimals of a slider's values, so that it has about a hundred of them. */
function decimalsOf(p: Param): number {
  if (p.type === "int") return 0;
  return Math.max(0, -Math.floor(Math.log10((p.max! - p.min!) / 20 || 1)));
}

function Slider({ p, id, set }: { p: Param; id: string; set: Set }) {
  const [value, setValue] = useState(Number(p.value));
  useEffect(() => setValue(Number(p.value)), [p.value]);
  const decimals = decimalsOf(p);
  const step = p.type === "int" ? 1 : "any";
  const round = (v: string) => Math.min(p.max!, Math.max(p.min!, Number(Number(v).toFixed(decimals))));
  const text = value.toFixed(Math.max(decimals, (String(value).split(".")[1] ?? "").length));
  return (
    <span class="slider">
      <input id={id} type="range" min={p.min} max={p.max} step={step} value={value} aria-valuetext={text}
        onInput={(e) => setValue(round(e.currentTarget.value))} onChange={(e) => set(p.name, round(e.currentTarget.value))} />
      <input type="number" class="num" aria-label={`${p.name} as a number`} min={p.min} max={p.max} step={step} value={text} onChange={(e) => set(p.name, Number(e.currentTarget.value))} />
    </span>
  );
}

function Choice({ p, id, set }: { p: Param; id: string; set: Set }) {
  return (
    <select id={id} value={String(p.choices!.findIndex((c) => c === p.value))} onChange={(e) => set(p.name, p.choices![Number(e.currentTarget.value)])}>
      {p.choices!.map((c, i) => <option key={i} value={String(i)}>{shown(c)}</option>)}
    </select>
  );
}

function Text({ p, id, set }: { p: Param; id: string; set: Set }) {
  const number = p.type === "int" || p.type === "float";
  const [text, setText] = useState(shown(p.value));
  useEffect(() => setText(shown(p.value)), [p.value]);
  const commit = () => { if (text !== shown(p.value)) set(p.name, number && text.trim() !== "" ? Number(text) : text); };
  const common = { id, value: text, onInput: (e: { currentTarget: HTMLInputElement }) => setText(e.currentTarget.value), onBlur: commit, onKeyDown: (e: KeyboardEvent) => { if (e.key === "Enter") commit(); } };
  if (number) return <input type="number" class="num" step={p.type === "float" ? "any" : 1} min={p.min} max={p.max} {...common} />;
  return <input type="text" placeholder={p.type === "file" ? "path of a file" : p.type === "list" ? "[a, b]" : ""} {...common} />;
}

function Control({ p, id, set }: { p: Param; id: string; set: Set }) {
  if (p.type === "bool") return <input id={id} type="checkbox" checked={p.value === true} onChange={(e) => set(p.name, e.currentTarget.checked)} />;
  if (p.choices && p.type !== "list") return <Choice p={p} id={id} set={set} />;
  if ((p.type === "int" || p.type === "float") && p.min !== undefined && p.max !== undefined) return <Slider p={p} id={id} set={set} />;
  return <Text p={p} id={id} set={set} />;
}

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);

export function Params({ params, set }: { params: Param[]; set: Set }) {
  return (
    <div class="params">
      {params.map((p) => {
        const id = "param-" + p.name;
        const changed = p.default !== undefined && p.default !== null && !same(p.value, p.default);
        return (
          <div class="param" key={p.name} data-type={p.type}>
            <label for={id} title={p.help}>{p.name}</label>
            <Control p={p} id={id} set={set} />
            {p.help && <p class="help-text">{p.help}</p>}
            {changed && <button type="button" class="link reset" onClick={() => set(p.name, p.default)}>back to {shown(p.default) || "empty"}</button>}
          </div>
        );
      })}
    </div>
  );
}
