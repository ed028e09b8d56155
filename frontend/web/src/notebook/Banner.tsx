// What stands in the way of work on a notebook, and the way out.
import { Dialog } from "../app/Dialog";
import type { Notebook } from "./notebook";

export function Banner({ nb }: { nb: Notebook }) {
  if (nb.runner.trouble.value) {
    return <div class="banner" role="alert"><p>{nb.runner.trouble.value}</p><button type="button" onClick={() => void nb.runner.start()}>Try again</button></div>;
  }
  if (nb.runner.state.value === "dead") {
    return <div class="banner" role="alert"><p>The kernel has ended. Outputs are kept; values are gone.</p><button type="button" onClick={() => void nb.restart(false)}>Start a new one</button></div>;
  }
  if (nb.saver.state.value === "failed") {
    return <div class="banner" role="alert"><p>{nb.saver.problem.value || "The notebook could not be saved."}</p><button type="button" onClick={() => void nb.saver.save()}>Save now</button></div>;
  }
  return null;
}

/** Asks which version stays where two cannot be merged. */
export function Conflict({ nb }: { nb: Notebook }) {
  if (!nb.saver.conflict.value) return null;
  return (
    <Dialog title="The file was changed elsewhere">
      <p>Somebody else, or another tab, changed the same cells as you. Which version shall stay? The other one is kept under Saved versions.</p>
      <div class="buttons">
        <button type="button" onClick={() => void nb.saver.settle("theirs")}>Take theirs</button>
        <button type="button" class="primary" onClick={() => void nb.saver.settle("mine")}>Keep mine</button>
      </div>
    </Dialog>
  );
}
