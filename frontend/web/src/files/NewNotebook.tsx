// Makes a notebook from a template.
import { useState } from "preact/hooks";
import * as contents from "../api/contents";
import { ApiError } from "../api/http";
import { Dialog } from "../app/Dialog";
import { go } from "../app/route";
import { join } from "./entries";
import { templates, type Template } from "./templates";

export function NewNotebook({ dir, taken, close }: { dir: string; taken: string[]; close: () => void }) {
  const free = (stem: string) => { for (let n = 1; ; n++) { const name = `${stem}${n > 1 ? "_" + n : ""}.wnb`; if (!taken.includes(name)) return name; } };
  const [kind, setKind] = useState<Template>(templates[0]!);
  const [name, setName] = useState(free("notebook"));
  const [problem, setProblem] = useState("");
  const create = async (e: Event) => {
    e.preventDefault();
    const file = /\.(wnb|ipynb)$/.test(name) ? name : name + ".wnb";
    try {
      await contents.saveText(join(dir, file), kind.text, "absent");
      close();
      await go(join(dir, file));
    } catch (err) {
      setProblem(err instanceof ApiError && err.status === 409 ? `There is a file ${file} already. Choose another name.` : (err as Error).message);
    }
  };
  return (
    <Dialog title="New notebook" onClose={close}>
      <form onSubmit={(e) => void create(e)}>
        <fieldset class="templates">
          <legend class="visually-hidden">Start with</legend>
          {templates.map((t) => (
            <label key={t.id}><input type="radio" name="template" checked={t === kind} onChange={() => setKind(t)} /><span><b>{t.title}</b><small>{t.about}</small></span></label>
          ))}
        </fieldset>
        <label class="field"><span>Name</span><input type="text" value={name} onInput={(e) => setName(e.currentTarget.value)} required /></label>
        {problem && <p class="problem" role="alert">{problem}</p>}
        <div class="buttons"><button type="button" onClick={close}>Cancel</button><button type="submit" class="primary">Create</button></div>
      </form>
    </Dialog>
  );
}
