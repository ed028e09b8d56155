// Sessions, which tie a document to a kernel, and wnb's own additions.
import { escapePath, request } from "./http";

export interface KernelModel {
  id: string;
  name: string;
  execution_state: string;
}

export interface Session {
  id: string;
  path: string;
  kernel: KernelModel;
}

/** The session of a document, made if there is none. */
export async function openSession(path: string): Promise<Session> {
  const name = path.split("/").pop() ?? path;
  return (await request<Session>("POST", "/api/sessions", { path, name, type: "notebook", kernel: { name: "wnb" } })).value;
}

export async function sessions(): Promise<Session[]> {
  return (await request<Session[]>("GET", "/api/sessions")).value;
}

export async function endSession(id: string): Promise<void> {
  await request<void>("DELETE", "/api/sessions/" + encodeURIComponent(id));
}

export async function kernel(id: string): Promise<KernelModel> {
  return (await request<KernelModel>("GET", "/api/kernels/" + encodeURIComponent(id))).value;
}

export async function interrupt(kernel: string): Promise<void> {
  await request<void>("POST", `/api/kernels/${encodeURIComponent(kernel)}/interrupt`);
}

export async function restart(kernel: string): Promise<void> {
  await request<void>("POST", `/api/kernels/${encodeURIComponent(kernel)}/restart`);
}

/** Closes the session run as a normal run. */
export async function keepAsRun(session: string): Promise<{ run_id: string; name: string }> {
  return (await request<{ run_id: string; name: string }>("POST", `/api/wnb/sessions/${encodeURIComponent(session)}/keep`)).value;
}

export type ParamType = "int" | "float" | "bool" | "str" | "file" | "list";

/** A declared parameter, and the value that the session uses. */
export interface Param {
  name: string;
  type: ParamType;
  default: unknown;
  value: unknown;
  min?: number;
  max?: number;
  choices?: unknown[];
  help?: string;
}

export type Mode = "auto" | "brief" | "lazy" | "off";

/** How a document is run: its parameters, and what happens to stale cells. */
export interface Settings {
  params: Param[];
  /** Those that are not at their defaults. */
  inputs: Record<string, unknown>;
  mode: Mode;
  unset?: boolean; // nobody has chosen the mode
  problem?: string;
}

const settingsURL = (path: string) => "/api/wnb/settings/" + escapePath(path);

export async function settings(path: string): Promise<Settings> {
  return (await request<Settings>("GET", settingsURL(path))).value;
}

/** What to change: parameters, the mode, and values of inputs that cells show. */
export interface SettingsChange { params?: Record<string, unknown>; mode?: Mode; inputs?: Record<string, unknown> }

export async function changeSettings(path: string, change: SettingsChange): Promise<Settings> {
  return (await request<Settings>("PATCH", settingsURL(path), change)).value;
}
