/** Calls to the server: cookies, CSRF, a refresh when a session ran out, problems as errors. */
import { set, state } from "./store.js";
import { t } from "./text.js";

/** The server said no; the message is its sentence for people. */
export class Problem extends Error {
  /** @param {number} status @param {any} body @param {string | null} later */
  constructor(status, body, later) {
    super(body?.detail || body?.title || `HTTP ${status}`);
    this.status = status;
    this.kind = String(body?.type || "");
    this.later = Number(later) || 0;
  }
  /** Worth another try, later. */
  get passes() {
    return this.status >= 500 || this.status === 429 || this.status === 408 || this.kind.endsWith("in-progress");
  }
}

/** The server was not reached. */
export class Unreached extends Error {}

/** @type {Promise<boolean> | null} */
let refreshing = null;
let refreshed = 0;

/** What proves that a request comes from this page; empty where nobody is signed in. */
export function csrf() {
  const found = document.cookie.match(/(?:^|; )cadence_csrf="?([^;"]*)/);
  return found ? decodeURIComponent(found[1]) : state.me?.csrfToken || "";
}

/** One tab refreshes at a time: a token that is used twice ends all sessions of its family. */
function refresh() {
  const asked = Date.now();
  refreshing ||= navigator.locks.request("cadence-refresh", async () => {
    if (Number(localStorage.getItem("cadence.refreshed")) > asked - 1000) return true;
    const answer = await once("POST", "/api/auth/refresh", {});
    if (answer.ok) localStorage.setItem("cadence.refreshed", String(Date.now()));
    else if (answer.status !== 401 && answer.status !== 403) throw await problemOf(answer); // no reason to sign out
    return answer.ok;
  }).finally(() => { refreshing = null; refreshed = Date.now(); });
  return refreshing;
}

/** @param {string} method @param {string} path @param {{body?: any, form?: FormData, key?: string, headers?: any, signal?: AbortSignal, wait?: number}} more */
async function once(method, path, more) {
  /** @type {Record<string, string>} */
  const headers = { Accept: "application/json", "X-Cadence-Client": "web", ...more.headers };
  if (method !== "GET") headers["X-CSRF-Token"] = csrf();
  if (more.key) headers["Idempotency-Key"] = more.key;
  if (more.body !== undefined) headers["Content-Type"] = "application/json";
  try {
    return await fetch(path, {
      method, headers, credentials: "same-origin", cache: "no-store",
      body: more.form || (more.body === undefined ? undefined : JSON.stringify(more.body)),
      signal: more.signal || AbortSignal.timeout(more.wait || 20000),
    });
  } catch (error) {
    if (more.signal?.aborted) throw error;
    throw new Unreached(t("unreached"));
  }
}

/** The answer, after one refresh if the session had run out. @param {string} method @param {string} path @param {any} more @returns {Promise<Response>} */
export async function ask(method, path, more = {}) {
  const began = Date.now();
  let answer = await once(method, path, more);
  if (answer.status === 401 && !path.startsWith("/api/auth/pair/claim") && (refreshed > began || (await refresh()))) answer = await once(method, path, more);
  if (answer.ok) return answer;
  if (answer.status === 401) set({ me: null, sure: false });
  throw await problemOf(answer);
}

/** @param {Response} answer */
async function problemOf(answer) {
  return new Problem(answer.status, await answer.json().catch(() => null), answer.headers.get("Retry-After"));
}

/** @param {string} method @param {string} path @param {any} [more] @returns {Promise<any>} */
export async function call(method, path, more) {
  const answer = await ask(method, path, more);
  return answer.status === 204 ? null : answer.json();
}

/** @param {string} path */
export const get = (path) => call("GET", path);
/** @param {string} path @param {any} [body] */
export const post = (path, body) => call("POST", path, { body, key: crypto.randomUUID() });
