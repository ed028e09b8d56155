// Requests to the server that the page came from.

/** A request that the server refused, with its reason in words. */
export class ApiError extends Error {
  constructor(readonly status: number, message: string) {
    super(message);
  }
}

/** The server could not be reached. */
export class Unreachable extends Error {
  constructor() {
    super("The server does not answer. Check that wnb serve still runs; nothing on this page is lost while it is open.");
  }
}

function cookie(name: string): string {
  const found = document.cookie.split("; ").find((c) => c.startsWith(name + "="));
  return found ? decodeURIComponent(found.slice(name.length + 1)) : "";
}

export interface Answer<T> {
  value: T;
  etag: string;
}

/** Sends a request and reads the JSON answer; undefined for an empty one. */
export async function request<T>(method: string, url: string, body?: unknown, headers: Record<string, string> = {}, signal?: AbortSignal): Promise<Answer<T>> {
  let response: Response;
  try {
    response = await fetch(url, {
      method, credentials: "same-origin", cache: "no-store", signal,
      headers: { "X-XSRFToken": cookie("_xsrf"), ...(body === undefined ? {} : { "Content-Type": "application/json" }), ...headers },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch {
    throw new Unreachable();
  }
  const text = await response.text();
  if (!response.ok) throw new ApiError(response.status, reason(response.status, text));
  const etag = (response.headers.get("ETag") ?? "").replaceAll('"', "");
  return { value: (text ? JSON.parse(text) : undefined) as T, etag };
}

function reason(status: number, text: string): string {
  try {
    const message = (JSON.parse(text) as { message?: string }).message;
    if (message) return message;
  } catch { /* not JSON */ }
  return `The server answered with status ${status}.`;
}

/** A path of the contents API with each part escaped. */
export function escapePath(path: string): string {
  return path.split("/").filter(Boolean).map(encodeURIComponent).join("/");
}

/** Sends the user to the login page, to come back to where they are. */
export function toLogin(): void {
  location.assign("/login?next=" + encodeURIComponent(location.pathname));
}
