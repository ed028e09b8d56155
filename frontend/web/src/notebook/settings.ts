// How a notebook is run: its parameters, its mode and the values of its inputs.
// Changes are sent one request after the other, of each value the newest, so that
// none can arrive after a newer one. Other tabs hear of them.
import { signal } from "@preact/signals";
import * as sessions from "../api/sessions";
import type { Settings, SettingsChange } from "../api/sessions";

interface Waiter { resolve: () => void; reject: (e: Error) => void }

export class NotebookSettings {
  readonly now = signal<Settings | null>(null);
  private waiting: SettingsChange | null = null;
  private waiters: Waiter[] = [];
  private sending = false;
  private readonly channel = new BroadcastChannel("wnb.settings");

  constructor(private readonly path: string) {
    this.channel.onmessage = (e) => { if (e.data === path) void this.read(); };
  }

  async read(): Promise<void> {
    try { this.now.value = await sessions.settings(this.path); } catch { this.now.value = null; }
    // What the server does for clients that know nothing of modes is less than people expect of this page.
    if (this.now.peek()?.unset) await this.change({ mode: "brief" }).catch(() => undefined);
  }

  /** Done when the server has taken these values or newer ones. */
  change(c: SettingsChange): Promise<void> {
    const have = this.waiting;
    this.waiting = { ...have, ...c, params: { ...have?.params, ...c.params }, inputs: { ...have?.inputs, ...c.inputs } };
    return new Promise((resolve, reject) => {
      this.waiters.push({ resolve, reject });
      void this.send();
    });
  }

  private async send(): Promise<void> {
    if (this.sending) return;
    this.sending = true;
    while (this.waiting) {
      const change = this.waiting, waiters = this.waiters;
      this.waiting = null;
      this.waiters = [];
      try {
        this.now.value = await sessions.changeSettings(this.path, change);
        this.channel.postMessage(this.path);
        for (const w of waiters) w.resolve();
      } catch (e) {
        for (const w of waiters) w.reject(e as Error);
      }
    }
    this.sending = false;
  }

  close(): void { this.channel.close(); }
}
