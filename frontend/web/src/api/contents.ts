// Jupyter's contents interface, as far as the page needs it.
import { escapePath, request } from "./http";

export type EntryType = "directory" | "notebook" | "file";

export interface Entry {
  name: string;
  path: string;
  type: EntryType;
  writable: boolean;
  created: string | null;
  last_modified: string | null;
  mimetype: string | null;
  size: number | null;
  hash?: string;
}

export interface Folder extends Entry { content: Entry[] }
export interface TextFile extends Entry { content: string; format: "text" | "base64" }
export interface NotebookFile extends Entry { content: NotebookJSON }

/** A notebook in nbformat 4.5. */
export interface NotebookJSON {
  cells: CellJSON[];
  metadata: NotebookMetadata;
  nbformat: number;
  nbformat_minor: number;
}

export interface NotebookMetadata {
  wnb?: { front_matter?: string; outputs_version?: number };
  [key: string]: unknown;
}

export interface CellJSON {
  cell_type: "code" | "markdown" | "raw";
  id: string;
  metadata: Record<string, unknown>;
  source: string;
  outputs?: OutputJSON[];
  execution_count?: number | null;
  attachments?: Record<string, Record<string, string>>;
}

export type MimeBundle = Record<string, unknown>;

export type OutputJSON =
  | { output_type: "stream"; name: "stdout" | "stderr"; text: string }
  | { output_type: "display_data"; data: MimeBundle; metadata: Record<string, unknown>; display_id?: string }
  | { output_type: "execute_result"; data: MimeBundle; metadata: Record<string, unknown>; execution_count: number | null; display_id?: string }
  | { output_type: "error"; ename: string; evalue: string; traceback: string[] };

export interface Checkpoint { id: string; last_modified: string }

const at = (path: string) => "/api/contents/" + escapePath(path);

export async function stat(path: string): Promise<Entry> {
  return (await request<Entry>("GET", at(path) + "?content=0&hash=1")).value;
}

export async function folder(path: string): Promise<Folder> {
  return (await request<Folder>("GET", at(path) + "?type=directory")).value;
}

export async function notebook(path: string): Promise<NotebookFile> {
  return (await request<NotebookFile>("GET", at(path) + "?type=notebook&hash=1")).value;
}

export async function file(path: string): Promise<TextFile> {
  return (await request<TextFile>("GET", at(path) + "?type=file&hash=1")).value;
}

/** What a save must find: the version with a hash, nothing, or anything. */
export type Expect = { hash: string } | "absent" | "anything";

function condition(expect: Expect): Record<string, string> {
  if (expect === "absent") return { "If-None-Match": "*" };
  if (expect === "anything") return {};
  return { "If-Match": `"${expect.hash}"` };
}

export async function saveNotebook(path: string, content: NotebookJSON, expect: Expect): Promise<Entry> {
  return (await request<Entry>("PUT", at(path), { type: "notebook", format: "json", content }, condition(expect))).value;
}

export async function saveText(path: string, content: string, expect: Expect): Promise<Entry> {
  return (await request<Entry>("PUT", at(path), { type: "file", format: "text", content }, condition(expect))).value;
}

export async function makeFolder(dir: string): Promise<Entry> {
  return (await request<Entry>("POST", at(dir), { type: "directory" })).value;
}

export async function copy(from: string, dir: string): Promise<Entry> {
  return (await request<Entry>("POST", at(dir), { copy_from: from })).value;
}

export async function rename(path: string, to: string): Promise<Entry> {
  return (await request<Entry>("PATCH", at(path), { path: to })).value;
}

export async function remove(path: string): Promise<void> {
  await request<void>("DELETE", at(path));
}

const pieceBytes = 4 << 20;

/** Uploads a file of any size in pieces. */
export async function upload(path: string, data: Blob, progress: (share: number) => void): Promise<void> {
  const pieces = Math.max(1, Math.ceil(data.size / pieceBytes));
  for (let i = 0; i < pieces; i++) {
    const content = await base64(data.slice(i * pieceBytes, (i + 1) * pieceBytes));
    const chunk = pieces === 1 ? undefined : i === pieces - 1 ? -1 : i + 1;
    await request("PUT", at(path), { type: "file", format: "base64", content, chunk }, i === 0 && pieces === 1 ? condition("anything") : {});
    progress((i + 1) / pieces);
  }
}

async function base64(data: Blob): Promise<string> {
  const bytes = new Uint8Array(await data.arrayBuffer());
  let text = "";
  for (let i = 0; i < bytes.length; i += 0x8000) text += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
  return btoa(text);
}

export const downloadURL = (path: string) => "/files/" + escapePath(path) + "?download=1";
export const fileURL = (path: string) => "/files/" + escapePath(path);

export async function checkpoints(path: string): Promise<Checkpoint[]> {
  return (await request<Checkpoint[]>("GET", at(path) + "/checkpoints")).value;
}

export async function checkpointText(path: string, id: string): Promise<string> {
  return (await request<{ text: string }>("GET", `/api/wnb/versions/${escapePath(path)}?id=${encodeURIComponent(id)}`)).value.text;
}

export async function makeCheckpoint(path: string): Promise<Checkpoint> {
  return (await request<Checkpoint>("POST", at(path) + "/checkpoints")).value;
}

export async function restoreCheckpoint(path: string, id: string): Promise<void> {
  await request<void>("POST", `${at(path)}/checkpoints/${encodeURIComponent(id)}`);
}
