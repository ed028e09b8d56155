// HTML with scripts or styles, in a sandboxed frame.
import { useEffect, useRef } from "preact/hooks";

const maxHeight = 2000;

export function Frame({ html }: { html: string }) {
  const ref = useRef<HTMLIFrameElement>(null);
  useEffect(() => {
    const frame = ref.current!;
    const hear = (e: MessageEvent<{ wnb?: string; height?: number }>) => {
      if (e.source !== frame.contentWindow) return;
      const dark = document.documentElement.dataset.theme === "dark";
      if (e.data?.wnb === "ready") frame.contentWindow!.postMessage({ wnb: "show", html, dark }, "*");
      if (e.data?.wnb === "height" && e.data.height) frame.style.height = Math.min(maxHeight, e.data.height) + "px";
    };
    addEventListener("message", hear);
    frame.src = document.body.dataset.frame!;
    return () => removeEventListener("message", hear);
  }, [html]);
  return <iframe ref={ref} class="out-frame" sandbox="allow-scripts" title="Output of the cell" />;
}
