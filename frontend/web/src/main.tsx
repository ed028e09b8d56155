// The page that wnb serve opens: files, text files and notebooks by their path.
import { render } from "preact";
import { useEffect, useState } from "preact/hooks";
import "./style/page.css";
import { stat, type EntryType } from "./api/contents";
import { ApiError, toLogin } from "./api/http";
import { Crumbs } from "./app/Bar";
import { Asking } from "./app/Dialog";
import { Palette } from "./app/Palette";
import { asText, dropToken, path } from "./app/route";
import "./app/theme";
import { Toasts } from "./app/toasts";
import { FilesPage } from "./files/FilesPage";
import { TextPage } from "./files/TextPage";
import { AppPage } from "./visitors/AppPage";
import { NotebookPage } from "./notebook/NotebookPage";

function typeByName(p: string): EntryType | null {
  if (p === "") return "directory";
  return /\.(wnb|ipynb)$/.test(p) ? "notebook" : null;
}

/** What is at a path; the name tells mostly, and else the server is asked. */
function Place({ at }: { at: string }) {
  const [type, setType] = useState<EntryType | null>(typeByName(at));
  const [problem, setProblem] = useState("");
  useEffect(() => {
    if (type) return;
    stat(at).then((e) => setType(e.type)).catch((e: unknown) => {
      if (e instanceof ApiError && e.status === 403) toLogin();
      else setProblem((e as Error).message);
    });
  }, [at]);
  if (problem) {
    return <><header class="topbar"><Crumbs path={at} /></header><main class="message-page"><h1>There is nothing to show</h1><p>{problem}</p><p><a href="/tree">Go to the files</a></p></main></>;
  }
  if (type === null) return null;
  if (type === "directory") return <FilesPage dir={at} />;
  return type === "file" || asText.value ? <TextPage key={at} path={at} /> : <NotebookPage key={at} path={at} />;
}

function Page() {
  return (
    <>
      <Place key={path.value} at={path.value} />
      <Asking />
      <Palette />
      <Toasts />
    </>
  );
}

dropToken();
render(document.body.dataset.app ? <><AppPage /><Toasts /></> : <Page />, document.getElementById("root")!);
