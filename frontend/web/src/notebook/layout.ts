// How the user arranged the page.
import { stored } from "../app/stored";

export const panelOpen = stored("panel", innerWidth >= 1100);
export const sidebarOpen = stored("sidebar", innerWidth >= 1100);
export const parts = stored<Record<string, boolean>>("panel.parts", { params: true, graph: true, variables: true, outline: true, files: true });

/** Where there is no room beside the cells, panels lie over them. */
export const narrow = matchMedia("(max-width: 1099px)");

narrow.addEventListener("change", () => { panelOpen.value = sidebarOpen.value = !narrow.matches; });

/** Takes away what lies over the cells. */
export function uncover(): void {
  if (narrow.matches) panelOpen.value = sidebarOpen.value = false;
}
