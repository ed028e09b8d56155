// Jupyter's messages, as far as the page sends and reads them.
import type { MimeBundle } from "../api/contents";

export interface Header {
  msg_id: string;
  msg_type: string;
  session: string;
  username: string;
  version: string;
  date: string;
}

export type Channel = "shell" | "iopub" | "control" | "stdin";

interface Display { data: MimeBundle; metadata: Record<string, unknown>; transient?: { display_id?: string } }

export interface GraphCell {
  id: string;
  defines: string[];
  reads: string[];
  state: string;
  why: string;
  /** Of the run in this session, or of taking the result from the cache. */
  run_ms: number;
  cached: boolean;
  /** How much longer the run took that was not made. */
  saved_ms: number;
}

export interface Graph { cells: GraphCell[]; edges: [string, string][] }

export interface Variable { name: string; value: string; type: string; shape?: number[]; size?: number; cell?: string }

/** The contents that the kernel sends, by message type. */
export interface Incoming {
  status: { execution_state: "starting" | "busy" | "idle" | "restarting" | "dead" };
  execute_input: { code: string; execution_count: number };
  stream: { name: "stdout" | "stderr"; text: string };
  display_data: Display;
  execute_result: Display & { execution_count: number };
  update_display_data: Display;
  error: { ename: string; evalue: string; traceback: string[] };
  clear_output: { wait: boolean };
  wnb_graph: Graph;
  execute_reply: { status: "ok" | "error" | "aborted"; execution_count: number; evalue?: string };
  complete_reply: { status: string; matches: string[]; cursor_start: number; cursor_end: number };
  inspect_reply: { status: string; found: boolean; data: MimeBundle };
  debug_reply: { success: boolean; message?: string; body?: { variables?: Variable[]; data?: MimeBundle } };
  input_request: { prompt: string; password: boolean };
}

/** The contents that the page sends, by message type. */
export interface Outgoing {
  execute_request: { code: string; silent: boolean; store_history: boolean; user_expressions: Record<string, string>; allow_stdin: boolean; stop_on_error: boolean };
  complete_request: { code: string; cursor_pos: number };
  inspect_request: { code: string; cursor_pos: number; detail_level: 0 | 1 };
  debug_request: { seq: number; type: "request"; command: string; arguments?: unknown };
  input_reply: { value: string };
}

interface Envelope<T extends keyof Incoming> {
  channel: Channel;
  header: Header & { msg_type: T };
  parent_header: Partial<Header>;
  metadata: { wnb_seq?: number; cellId?: string };
  content: Incoming[T];
}

/** A message of any known type; its header's msg_type tells which. */
export type Message = { [T in keyof Incoming]: Envelope<T> & { type: T } }[keyof Incoming];

/** Reads a text frame; null for a type that the page does not know. */
export function readMessage(frame: string): Message | null {
  const m = JSON.parse(frame) as { header?: Header };
  const type = m.header?.msg_type;
  if (!type || !known.has(type)) return null;
  return { ...m, type } as Message;
}

const known: ReadonlySet<string> = new Set<keyof Incoming>([
  "status", "execute_input", "stream", "display_data", "execute_result", "update_display_data", "error", "clear_output",
  "wnb_graph", "execute_reply", "complete_reply", "inspect_reply", "debug_reply", "input_request",
]);

/**
 * The id of an execute_request names its cell, so that every tab, and this one
 * after a reload, knows what a reply or an output belongs to.
 */
export function executeID(cell: string): string {
  return `${crypto.randomUUID()}.${cell}`;
}

/** The cell of a request made by any of our pages; "" for other requests. */
export function cellOf(msgID: string | undefined): string {
  const dot = msgID?.indexOf(".") ?? -1;
  return dot < 0 ? "" : msgID!.slice(dot + 1);
}
