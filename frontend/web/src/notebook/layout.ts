// How the user arranged the page.
import { stored } from "../app/stored";

export const panelOpen = stored("panel", innerWidth >= 1100);
export const sidebarOpen = stored("sidebar", innerWidth >= 1100);
export const parts = stored<Record<string, boolean>>("panel.parts", { params: true, graph: true, variables: true, outline: true, files: true });
