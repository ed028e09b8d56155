// Problems outside of the editors: the count above, those of the notebook and of
// a cell as a whole, the one that the user looks at, and what a code is about.
import { useEffect, useState } from "preact/hooks";
import type { Diagnostic, Severity } from "../api/check";
import * as api from "../api/check";
import { Dialog } from "../app/Dialog";
import { Markdown } from "./Markdown";
import type { Cell } from "./cell";
import type { Notebook } from "./notebook";

const signs: Record<Severity, string> = { error: "✕", warning: "▲", note: "○" };

const counted = (n: number, noun: string) => `${n} ${noun}${n === 1 ? "" : "s"}`;

/** How many problems there are; a press goes to the next one. */
export function ProblemCount({ nb }: { nb: Notebook }) {
  const list = nb.problems.list.value;
  if (!list.length) return null;
  const all = (["error", "warning", "note"] as const).map((severity) => ({ severity, n: list.filter((d) => d.severity === severity).length })).filter((c) => c.n);
  const text = all.map((c) => counted(c.n, c.severity)).join(", ");
  return (
    <button type="button" class="quiet problem-count" title={`${text}: go to the next (F8)`} aria-label={`${text}. Go to the next`} onClick={() => nb.nextProblem(1)}>
      {all.map((c) => <span key={c.severity} class={`sign-${c.severity}`}><i aria-hidden="true">{signs[c.severity]}</i>{c.n}</span>)}
    </button>
  );
}

function Line({ nb, d }: { nb: Notebook; d: Diagnostic }) {
  const place = d.file ? `${d.file}, line ${d.file_line}: ` : "";
  return (
    <li class={`problem-line sign-${d.severity}`}>
      <i aria-hidden="true">{signs[d.severity]}</i>
      <span class="problem-text"><span class="visually-hidden">{d.severity}: </span>{place}{d.message} <Code nb={nb} d={d} />{d.hint && <small>{d.hint}</small>}</span>
      <FixButton nb={nb} d={d} />
    </li>
  );
}

function Code({ nb, d }: { nb: Notebook; d: Diagnostic }) {
  return <button type="button" class="link code-link" title="What this is about" onClick={() => { nb.problems.explained.value = d.code; }}>{d.code}</button>;
}

function FixButton({ nb, d }: { nb: Notebook; d: Diagnostic }) {
  return d.fix ? <button type="button" class="small" onClick={() => nb.fixProblem(d)}>{d.fix.title}</button> : null;
}

/** Problems of the front matter, and of files that cells load. */
export function NotebookProblems({ nb }: { nb: Notebook }) {
  const found = nb.problems.byCell.value.get("");
  return found ? <ul class="notebook-problems" aria-label="Problems of the notebook">{found.map((d) => <Line key={d.code + d.message} nb={nb} d={d} />)}</ul> : null;
}

/** Problems of a cell that no editor shows. */
export function CellProblems({ nb, cell }: { nb: Notebook; cell: Cell }) {
  const rendered = cell.kind.value === "markdown" && !cell.editing.value;
  const found = nb.problems.byCell.value.get(cell.id)?.filter((d) => !d.line || rendered);
  return found?.length ? <ul class="cell-problems" aria-label={`Problems of ${cell.id}`}>{found.map((d) => <Line key={d.code + d.message} nb={nb} d={d} />)}</ul> : null;
}

/** The problem that the user looks at. */
export function ProblemBar({ nb }: { nb: Notebook }) {
  const { problems } = nb;
  const d = problems.current.value;
  const close = () => { problems.at.value = -1; };
  return (
    <div class="problem-place" role="status">
      {d && (
        <div class="problem-bar" onKeyDown={(e) => { if (e.key === "Escape") close(); }}>
          <ul><Line nb={nb} d={d} /></ul>
          <span class="count">{problems.at.value + 1} of {problems.list.value.length}</span>
          <button type="button" class="icon" aria-label="Previous problem" title="Previous (Shift-F8)" onClick={() => nb.nextProblem(-1)}>↑</button>
          <button type="button" class="icon" aria-label="Next problem" title="Next (F8)" onClick={() => nb.nextProblem(1)}>↓</button>
          <button type="button" class="icon" aria-label="Close" title="Close" onClick={close}>✕</button>
        </div>
      )}
    </div>
  );
}

/** What a code is about. */
export function Explanation({ nb }: { nb: Notebook }) {
  const { explained } = nb.problems;
  return explained.value ? <Explained key={explained.value} code={explained.value} close={() => { explained.value = ""; }} /> : null;
}

function Explained({ code, close }: { code: string; close: () => void }) {
  const [page, setPage] = useState("");
  const [problem, setProblem] = useState("");
  useEffect(() => void api.explain(code).then(setPage, (e: Error) => setProblem(e.message)), [code]);
  const [, title, text] = /^# (.*)\n([^]*)$/.exec(page) ?? ["", code, page];
  return (
    <Dialog title={title!} onClose={close} wide>
      <div class="explanation" aria-busy={!page && !problem}>
        {problem && <p class="problem" role="alert">{problem}</p>}
        <Markdown source={text!} />
      </div>
      <div class="buttons"><button type="button" onClick={close}>Close</button></div>
    </Dialog>
  );
}
