/**
 * Server-sent events read with fetch: the browser's EventSource hides heartbeats and the status of
 * a refusal, and cannot go on after a reload where it was.
 */
import { ask, Problem, Unreached } from "./api.js";

const SILENCE_MS = 40000;
const LONGEST_MS = 30000;
// Browsers open six connections to a server: pages that nobody looks at must not hold them all.
const ASLEEP_MS = 30000;

/**
 * @typedef {{id: string, name: string, data: any}} Message
 * @param {string} path @param {{last?: string, on: (messages: Message[]) => void, link: (link: "connecting" | "live" | "lost" | "offline", tries: number) => void}} to
 * @returns {{close: () => void, wake: (force?: boolean) => void}}
 */
export function listen(path, to) {
  let last = to.last || "", tries = 0, closed = false, asleep = false, heard = 0;
  /** @type {AbortController} */
  let abort;
  /** @type {any} */
  let timer;
  /** @type {any} */
  let sleep;

  async function run() {
    clearTimeout(timer);
    abort = new AbortController();
    const mine = abort;
    heard = Date.now();
    const watch = setInterval(() => Date.now() - heard > SILENCE_MS && mine.abort(), 2000);
    let refused = false, unreached = false;
    try {
      const headers = { Accept: "text/event-stream", ...(last && { "Last-Event-ID": last }) };
      const answer = await ask("GET", path, { headers, signal: mine.signal });
      to.link("live", (tries = 0));
      await read(/** @type {ReadableStream} */ (answer.body));
    } catch (error) {
      unreached = error instanceof Unreached;
      refused = error instanceof Problem && (error.status === 401 || error.status === 404);
    }
    clearInterval(watch);
    if (closed || asleep || refused || mine !== abort) return;
    to.link(unreached ? "offline" : "lost", ++tries);
    const wait = Math.min(LONGEST_MS, 500 * 2 ** tries);
    timer = setTimeout(run, wait / 2 + Math.random() * wait / 2);
  }

  /** @param {ReadableStream} body */
  async function read(body) {
    const reader = body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      heard = Date.now();
      const frames = (rest + value).split(/\r?\n\r?\n/);
      rest = frames.pop() || "";
      const messages = frames.map(parse).filter((one) => one !== null);
      if (messages.length) to.on(messages);
      if (messages.some((one) => one.name === "end")) return void (closed = true);
    }
  }

  /** @param {string} frame @returns {Message | null} */
  function parse(frame) {
    let id = "", name = "message", data = "";
    for (const line of frame.split(/\r?\n/)) {
      const [, field, value] = line.match(/^(id|event|data): ?(.*)$/) || [];
      if (field === "id") last = id = value;
      else if (field === "event") name = value;
      else if (field === "data") data += (data && "\n") + value;
    }
    return data || name === "end" ? { id, name, data: data && JSON.parse(data) } : null;
  }

  function look() {
    clearTimeout(sleep);
    if (document.hidden) sleep = setTimeout(() => { asleep = true; clearTimeout(timer); abort.abort(); }, ASLEEP_MS);
    else if (asleep) { asleep = false; run(); }
  }

  document.addEventListener("visibilitychange", look);
  to.link("connecting", 0);
  run();
  return {
    close() { closed = true; clearTimeout(timer); clearTimeout(sleep); document.removeEventListener("visibilitychange", look); abort.abort(); },
    /** Try at once, for instance because the person looks again. */
    wake(force = false) {
      if (closed || asleep || (!force && tries === 0 && Date.now() - heard < SILENCE_MS / 2)) return;
      abort.abort();
      run();
    },
  };
}
