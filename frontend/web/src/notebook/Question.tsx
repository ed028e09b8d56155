// A question that a cell asks while it runs.
import { useEffect, useRef, useState } from "preact/hooks";
import type { Notebook } from "./notebook";

export function Question({ nb }: { nb: Notebook }) {
  const q = nb.runner.question.value!;
  const [text, setText] = useState("");
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => input.current?.focus(), []);
  return (
    <form class="question" onSubmit={(e) => { e.preventDefault(); q.answer(text); }}>
      <label><span>{q.prompt || "The cell asks for a line of text"}</span>
        {q.password
          ? <input ref={input} type="password" value={text} onInput={(e) => setText(e.currentTarget.value)} />
          : <input ref={input} type="text" value={text} onInput={(e) => setText(e.currentTarget.value)} />}
      </label>
      <button type="submit" class="primary">Answer</button>
    </form>
  );
}
