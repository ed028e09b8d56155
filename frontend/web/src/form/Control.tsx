// The controls of forms: of declared parameters, and of inputs that cells show.
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";

/** What a control is about. Values of choices are any JSON values. */
export interface Field {
  id: string; // of the element
  label: string;
  kind: "slider" | "choice" | "number" | "text" | "checkbox";
  value: unknown;
  whole?: boolean; // no fractions
  min?: number;
  max?: number;
  step?: number;
  choices?: unknown[];
  placeholder?: string;
}

export type SetValue = (value: unknown) => void;

const pause = 300; // ms without a movement, after which a slider that is held tells its value

/** A value as text. */
export const shown = (v: unknown): string => (v === null || v === undefined ? "" : Array.isArray(v) ? "[" + v.map(shown).join(", ") + "]" : String(v));

const places = (x: number) => (String(x).split(".")[1] ?? "").length;

/** Decimals of a slider's values: those of its steps, or so that it has about a hundred of them. */
function decimalsOf(f: Field): number {
  if (f.whole) return 0;
  if (f.step) return Math.max(places(f.step), places(f.min!));
  return Math.max(0, -Math.floor(Math.log10((f.max! - f.min!) / 20 || 1)));
}

// The value from outside is taken in the layout phase: after a paint, it could undo
// what the user did meanwhile.

function Slider({ f, set }: { f: Field; set: SetValue }) {
  const [value, setValue] = useState(Number(f.value));
  const told = useRef(value);
  const timer = useRef(0);
  useLayoutEffect(() => { told.current = Number(f.value); setValue(Number(f.value)); }, [f.value]);
  useEffect(() => () => clearTimeout(timer.current), []);
  const decimals = decimalsOf(f);
  const step = f.step ?? (f.whole ? 1 : "any");
  const round = (v: string) => Math.min(f.max!, Math.max(f.min!, Number(Number(v).toFixed(decimals))));
  const tell = (v: number) => {
    clearTimeout(timer.current);
    if (v === told.current) return;
    told.current = v;
    set(v);
  };
  const move = (v: number) => {
    setValue(v);
    clearTimeout(timer.current);
    timer.current = window.setTimeout(() => tell(v), pause);
  };
  const text = value.toFixed(Math.max(decimals, places(value)));
  return (
    <span class="slider">
      <input id={f.id} type="range" min={f.min} max={f.max} step={step} value={value} aria-valuetext={text}
        onInput={(e) => move(round(e.currentTarget.value))} onChange={(e) => tell(round(e.currentTarget.value))} />
      <input type="number" class="num" aria-label={`${f.label} as a number`} min={f.min} max={f.max} step={step} value={text} onChange={(e) => tell(Number(e.currentTarget.value))} />
    </span>
  );
}

function Choice({ f, set }: { f: Field; set: SetValue }) {
  const at = f.choices!.findIndex((c) => JSON.stringify(c) === JSON.stringify(f.value));
  return (
    <select id={f.id} value={String(at)} onChange={(e) => set(f.choices![Number(e.currentTarget.value)])}>
      {f.choices!.map((c, i) => <option key={i} value={String(i)}>{shown(c)}</option>)}
    </select>
  );
}

function Text({ f, set }: { f: Field; set: SetValue }) {
  const number = f.kind === "number";
  const [text, setText] = useState(shown(f.value));
  useLayoutEffect(() => setText(shown(f.value)), [f.value]);
  const commit = () => { if (text !== shown(f.value)) set(number && text.trim() !== "" ? Number(text) : text); };
  const common = { id: f.id, value: text, onInput: (e: { currentTarget: HTMLInputElement }) => setText(e.currentTarget.value), onBlur: commit, onKeyDown: (e: KeyboardEvent) => { if (e.key === "Enter") commit(); } };
  if (number) return <input type="number" class="num" step={f.step ?? (f.whole ? 1 : "any")} min={f.min} max={f.max} {...common} />;
  return <input type="text" placeholder={f.placeholder ?? ""} {...common} />;
}

export function Control({ f, set }: { f: Field; set: SetValue }) {
  switch (f.kind) {
    case "checkbox": return <input id={f.id} type="checkbox" checked={f.value === true} onChange={(e) => set(e.currentTarget.checked)} />;
    case "choice": return <Choice f={f} set={set} />;
    case "slider": return <Slider f={f} set={set} />;
    default: return <Text f={f} set={set} />;
  }
}
