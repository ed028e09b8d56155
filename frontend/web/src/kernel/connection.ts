// One websocket to a kernel, which comes back by itself.
import { signal } from "@preact/signals";
import { readMessage, type Channel, type Header, type Incoming, type Message, type Outgoing } from "./messages";

export type Link = "connecting" | "open" | "lost" | "closed";

/** The reply types of requests that are answered once. */
interface Replies {
  complete_request: "complete_reply";
  inspect_request: "inspect_reply";
  debug_request: "debug_reply";
}

/** What a lost or ended connection answers to who still waits. */
export class Disconnected extends Error {}

export class Connection {
  readonly link = signal<Link>("connecting");
  readonly session = crypto.randomUUID();
  private socket: WebSocket | null = null;
  private waiting = new Map<string, { resolve: (m: Message) => void; reject: (e: Error) => void }>();
  private unsent: string[] = [];
  private retries = 0;
  private timer = 0;
  private lastSeq = -1;

  constructor(readonly kernel: string, private readonly listen: (m: Message) => void, private readonly onOpen: (again: boolean) => void) {
    this.open();
  }

  private open(): void {
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    const since = this.lastSeq >= 0 ? `&wnb_since=${this.lastSeq}` : "";
    const socket = new WebSocket(`${scheme}//${location.host}/api/kernels/${encodeURIComponent(this.kernel)}/channels?session_id=${this.session}${since}`);
    this.socket = socket;
    const again = this.retries > 0 || this.link.peek() === "lost";
    socket.onopen = () => {
      this.retries = 0;
      this.link.value = "open";
      for (const frame of this.unsent.splice(0)) socket.send(frame);
      this.onOpen(again);
    };
    socket.onmessage = (e) => typeof e.data === "string" && this.receive(e.data);
    socket.onclose = (e) => this.lost(socket, e.code);
  }

  private lost(socket: WebSocket, code: number): void {
    if (this.socket !== socket || this.link.peek() === "closed") return;
    this.socket = null;
    if (code === 1000) { // the kernel is gone for good
      this.link.value = "closed";
      this.rejectAll("the kernel has ended");
      return;
    }
    this.link.value = "lost";
    const delay = Math.min(5000, 50 * 2 ** this.retries++);
    this.timer = window.setTimeout(() => this.open(), delay);
  }

  private receive(frame: string): void {
    const m = readMessage(frame);
    if (!m) return;
    if (m.metadata.wnb_seq) this.lastSeq = Math.max(this.lastSeq, m.metadata.wnb_seq);
    const id = m.parent_header.msg_id;
    const waits = id === undefined ? undefined : this.waiting.get(id);
    if (waits && m.type.endsWith("_reply")) {
      this.waiting.delete(id!);
      waits.resolve(m);
      return;
    }
    this.listen(m);
  }

  /** Sends a message; it waits where the connection is lost. */
  send<T extends keyof Outgoing>(type: T, content: Outgoing[T], opt: { channel?: Channel; metadata?: Record<string, unknown>; id?: string; parent?: Partial<Header> } = {}): string {
    const id = opt.id ?? crypto.randomUUID();
    const header: Header = { msg_id: id, msg_type: type, session: this.session, username: "page", version: "5.3", date: new Date().toISOString() };
    const frame = JSON.stringify({ channel: opt.channel ?? "shell", header, parent_header: opt.parent ?? {}, metadata: opt.metadata ?? {}, content, buffers: [] });
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(frame);
    else if (this.link.peek() !== "closed") this.unsent.push(frame);
    return id;
  }

  /** Sends a request and waits for its reply, for at most some seconds. */
  ask<T extends keyof Replies>(type: T, content: Outgoing[T], channel: Channel = "shell", seconds = 5): Promise<Incoming[Replies[T]]> {
    return new Promise((resolve, reject) => {
      const id = crypto.randomUUID();
      const timer = window.setTimeout(() => { this.waiting.delete(id); reject(new Disconnected("no answer")); }, seconds * 1000);
      this.waiting.set(id, {
        resolve: (m) => { clearTimeout(timer); resolve(m.content as Incoming[Replies[T]]); },
        reject: (e) => { clearTimeout(timer); reject(e); },
      });
      this.send(type, content, { channel, id });
    });
  }

  private rejectAll(why: string): void {
    for (const w of this.waiting.values()) w.reject(new Disconnected(why));
    this.waiting.clear();
  }

  close(): void {
    this.link.value = "closed";
    clearTimeout(this.timer);
    this.rejectAll("the page has left");
    this.socket?.close();
    this.socket = null;
  }
}
