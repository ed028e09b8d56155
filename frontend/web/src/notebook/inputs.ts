// Sends the values of inputs one request after the other: of each input the
// newest value, so that none can arrive after a newer one.
import * as sessions from "../api/sessions";
import type { Settings } from "../api/sessions";

interface Waiting { value: unknown; settle: { resolve: () => void; reject: (e: Error) => void }[] }

export class Inputs {
  private waiting = new Map<string, Waiting>();
  private sending = false;

  constructor(private readonly path: string, private readonly changed: (s: Settings) => void) {}

  /** Sets an input; done when the server has taken this value or a newer one. */
  set(name: string, value: unknown): Promise<void> {
    return new Promise((resolve, reject) => {
      this.waiting.set(name, { value, settle: [...(this.waiting.get(name)?.settle ?? []), { resolve, reject }] });
      void this.send();
    });
  }

  private async send(): Promise<void> {
    if (this.sending) return;
    this.sending = true;
    while (this.waiting.size) {
      const batch = [...this.waiting];
      this.waiting.clear();
      const settles = batch.flatMap(([, w]) => w.settle);
      try {
        this.changed(await sessions.changeSettings(this.path, { inputs: Object.fromEntries(batch.map(([name, w]) => [name, w.value])) }));
        for (const s of settles) s.resolve();
      } catch (e) {
        for (const s of settles) s.reject(e as Error);
      }
    }
    this.sending = false;
  }
}
