/**
 * What the person asked for, kept until the server has it. Each command is stored with its
 * Idempotency-Key before it is sent, so that neither a crash nor a second try does it twice.
 */
import { call, get, Problem } from "./api.js";
import { putOut, takeOut, waiting } from "./db.js";
import { formOf } from "./recorder.js";
import { say, set, state } from "./store.js";
import { t } from "./text.js";

const OLD_MS = 600000;
const RISKY = /\b(stop|cancel|kill|abort|pause|hold|resume|continue|unpause)\b/i;
/** Those who wait for an answer. @type {Map<string, {done: (answer: any) => void, fail: (error: any) => void}>} */
const asking = new Map();
let flushing = false, again = false;

/** What must not be done blindly once it waited: the world has moved on. @param {Outgoing} item */
const isRisky = (item) => ["stop", "pause", "resume"].includes(item.kind) || (item.kind === "voice" && RISKY.test(item.body?.transcript || ""));

/** @param {Omit<Outgoing, "key" | "at">} what @param {string} [key] @returns {Promise<any>} the server's answer; undefined while it waits */
export async function send(what, key = crypto.randomUUID()) {
  /** @type {Outgoing} */
  const item = { ...what, key, at: Date.now() };
  await putOut(item);
  const answer = new Promise((done, fail) => asking.set(key, { done, fail }));
  flush();
  return answer;
}

/** Send what waits, the oldest first. */
export async function flush() {
  if (flushing) return void (again = true);
  if (!state.me) return;
  flushing = true;
  if (!(await isMine())) {
    flushing = false;
    for (const item of await waiting()) settle(item, undefined);
    return show();
  }
  await navigator.locks.request("cadence-outbox", async () => {
    do {
      again = false;
      await round();
    } while (again);
  }).finally(() => { flushing = false; });
}

/** Whether the person whom this device knew is the one who is signed in. */
async function isMine() {
  if (state.sure) return true;
  const me = await get("/api/me").catch(() => null);
  if (me && me.id !== state.me?.id) location.reload();
  set({ sure: !!me && me.id === state.me?.id });
  return state.sure;
}

async function round() {
  const items = (await waiting()).sort((a, b) => a.at - b.at);
  for (const item of items) {
    if (item.held) continue;
    if (Date.now() - item.at > OLD_MS || (item.tried && isRisky(item))) {
      await putOut({ ...item, held: true });
      settle(item, undefined);
      continue;
    }
    if (!(await attempt(item))) break;
  }
  await show();
}

/** @param {Outgoing} item @returns {Promise<boolean>} whether the next may be tried */
async function attempt(item) {
  try {
    const answer = await deliver(item);
    await takeOut(item.key);
    settle(item, answer);
    return true;
  } catch (error) {
    if (error instanceof Problem && !error.passes && error.status !== 401) {
      await takeOut(item.key);
      settle(item, undefined, error);
      return true;
    }
    await putOut({ ...item, tried: (item.tried || 0) + 1 });
    if (error instanceof Problem) later(error.later || 5);
    settle(item, undefined);
    return false;
  }
}

/** @param {Outgoing} item */
function deliver(item) {
  const what = item.audio ? { form: formOf(item.audio, item.body.clientContext) } : { body: item.body ?? {} };
  return call("POST", item.path, { key: item.key, wait: 30000, ...what });
}

/** @type {((item: Outgoing, answer: any, error?: Error) => void) | null} */
let onSettled = null;
/** Be told of answers whose asker is gone. @param {(item: Outgoing, answer: any, error?: Error) => void} tell */
export const whenSettled = (tell) => void (onSettled = tell);

/** @param {Outgoing} item @param {any} answer @param {Error} [error] */
function settle(item, answer, error) {
  const waits = asking.get(item.key);
  asking.delete(item.key);
  if (waits) error ? waits.fail(error) : waits.done(answer);
  else if (answer !== undefined || error) {
    onSettled?.(item, answer, error);
    say(error ? error.message : t("sentNow", { what: item.label }));
  }
}

/** @param {number} seconds */
const later = (seconds) => setTimeout(flush, Math.min(60, seconds) * 1000);

async function show() {
  set({ queue: (await waiting()).filter((item) => item.held || item.tried || !asking.has(item.key)).sort((a, b) => a.at - b.at) });
}

/** The person looked at a held command and still wants it. @param {Outgoing} item */
export async function release(item) {
  await putOut({ ...item, held: false, tried: 0, at: Date.now() });
  await flush();
}

/** The person does not want it any more. @param {Outgoing} item */
export async function discard(item) {
  await takeOut(item.key);
  set({ turns: state.turns.filter((one) => one.key !== item.key) });
  await show();
}
