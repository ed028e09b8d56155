// What of a running notebook survives a reload of the page: the request that runs,
// for all tabs, and this tab's queue.

/** A request that runs. */
export interface Flight { id: string; cell: string; since: number }

const key = (kernel: string) => "wnb.running:" + kernel;

export function storeRunning(kernel: string, flight: Flight | null, queue: readonly string[]): void {
  put(localStorage, key(kernel), flight);
  put(sessionStorage, key(kernel), queue.length ? queue : null);
}

export function readRunning(kernel: string): { flight: Flight | null; queue: string[] } {
  return { flight: get<Flight>(localStorage, key(kernel)), queue: get<string[]>(sessionStorage, key(kernel)) ?? [] };
}

function put(storage: Storage, name: string, value: unknown): void {
  if (value === null) storage.removeItem(name);
  else storage.setItem(name, JSON.stringify(value));
}

function get<T>(storage: Storage, name: string): T | null {
  try { return JSON.parse(storage.getItem(name) ?? "null") as T | null; } catch { return null; }
}
