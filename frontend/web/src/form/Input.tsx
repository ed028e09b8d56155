// An input that a cell shows: a control whose value is a name of the graph.
import { useRef, useState } from "preact/hooks";
import { Control, type Field } from "./Control";

/** The MIME type that inputs are displayed as. */
export const inputType = "application/vnd.wnb.input+json";

/** What a cell says of an input. */
export interface InputSpec {
  name: string;
  kind: Field["kind"] | "button" | "table" | "plot";
  label?: string;
  value: unknown;
  default?: unknown;
  min?: number;
  max?: number;
  step?: number;
  choices?: unknown[];
}

/** Gives an input another value; it fails with the reason. */
export type SetInput = (name: string, value: unknown) => Promise<void>;

/**
 * The value to show: what the user wants from the moment on that they do, although
 * the cell still says an older value, or one that they wanted on the way.
 */
export function useWanted<T>(said: T, set: (v: T) => Promise<void>): [T, (v: T) => void] {
  const wanted = useRef<{ value: T; passed: Set<string> } | null>(null);
  const [, redraw] = useState({});
  const text = JSON.stringify(said);
  const is = wanted.current;
  if (is && (text === JSON.stringify(is.value) || !is.passed.has(text))) wanted.current = null; // it came, or somebody wants something else
  const change = (value: T) => {
    const passed = wanted.current?.passed ?? new Set<string>();
    const mine = { value, passed: passed.add(text).add(JSON.stringify(value)) };
    wanted.current = mine;
    redraw({});
    set(value).catch(() => { if (wanted.current === mine) wanted.current = null; redraw({}); }); // who set it said why
  };
  return [wanted.current ? wanted.current.value : said, change];
}

/** A slider, choice, number, text, check box or button. */
export function Input({ spec, set }: { spec: InputSpec; set: SetInput }) {
  const [refused, setRefused] = useState(0); // a control that was refused shows its old value again
  const [value, change] = useWanted(spec.value, (v) => set(spec.name, v).catch((e) => { setRefused(refused + 1); throw e; }));
  const label = spec.label || spec.name;
  const id = "input-" + spec.name;
  if (spec.kind === "button") {
    return <div class="input" data-kind="button"><button type="button" id={id} onClick={() => change(Number(value ?? 0) + 1)}>{label}</button></div>;
  }
  const numbers = [value, spec.min, spec.max, spec.step].filter((n) => n !== undefined && n !== null);
  const f: Field = {
    id, label, kind: spec.kind as Field["kind"], value, min: spec.min, max: spec.max, step: spec.step, choices: spec.choices,
    whole: spec.step !== undefined && numbers.every(Number.isInteger),
  };
  return (
    <div class="input" data-kind={spec.kind}>
      <label for={id}>{label}</label>
      <Control key={refused} f={f} set={change} />
    </div>
  );
}
