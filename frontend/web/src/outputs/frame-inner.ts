// Runs inside the sandboxed frame: shows what it is sent and reports its height.
// The frame has an origin of its own and no network.

function show(html: string): void {
  document.body.innerHTML = html; // the sandbox is what protects the page
  for (const old of document.body.querySelectorAll("script")) {
    if (old.src) continue; // nothing is loaded from elsewhere
    const script = document.createElement("script");
    script.textContent = old.textContent;
    old.replaceWith(script);
  }
  const tell = () => parent.postMessage({ wnb: "height", height: document.documentElement.scrollHeight }, "*");
  tell(); // observers of frames that are not on the screen sleep
  new ResizeObserver(tell).observe(document.body);
}

addEventListener("message", (e: MessageEvent<{ wnb?: string; html?: string; dark?: boolean }>) => {
  if (e.source !== parent || e.data?.wnb !== "show") return;
  document.documentElement.style.colorScheme = e.data.dark ? "dark" : "light";
  show(e.data.html ?? "");
});
parent.postMessage({ wnb: "ready" }, "*");
