/** What happens to the person's agents, as it happens; by asking now and then where no stream comes through. */
import { get, Unreached } from "./api.js";
import { recall, remember } from "./db.js";
import { know, say, set, state } from "./store.js";
import { listen } from "./sse.js";
import { flush } from "./outbox.js";

const POLL_MS = 10000;
/** The server's clock minus ours. */
export let skew = 0;
/** @type {ReturnType<typeof listen> | null} */
let line = null;
/** @type {any} */
let polling = null;

/** Ask for the newest agents. */
export async function refreshAgents() {
  try {
    const [recent, active] = await Promise.all([get("/api/agents?status=all&limit=50"), get("/api/agents?status=active&limit=100")]);
    know([...recent.items, ...active.items]);
    set({ loaded: true, stale: false, problem: "" });
    remember("agents", Object.values(state.agents));
    return true;
  } catch (error) {
    set({ loaded: true, stale: true, problem: error instanceof Unreached ? "" : /** @type {Error} */ (error).message });
    return false;
  }
}

/** Show what was known when the app was last open. */
export async function recallAgents() {
  const kept = await recall("agents");
  if (kept && !state.loaded) { know(kept); set({ loaded: kept.length > 0 }); }
}

export function startLive() {
  stopLive();
  line = listen("/api/events", {
    on(messages) {
      const changed = messages.filter((one) => one.name === "agent").map((one) => one.data);
      if (changed.length) know(changed);
      for (const { name, data } of messages) {
        if (name === "hello") { skew = Date.parse(data.now) - Date.now() || 0; refreshAgents(); }
        if (name === "notice" && data.text) say(data.text);
      }
    },
    link(link, tries) {
      if (link === "live") { clearInterval(polling); polling = null; flush(); }
      if (tries < 2 || polling) { if (!polling) set({ link }); return; }
      set({ link });
      polling = setInterval(async () => {
        if (document.hidden) return;
        const reached = await refreshAgents();
        if (reached) flush();
        if (polling) set({ link: reached ? "polling" : state.problem ? "lost" : "offline" });
      }, POLL_MS);
    },
  });
}

export function stopLive() {
  line?.close();
  line = null;
  clearInterval(polling);
  polling = null;
}

/** The person looks again, or the network came or went. @param {boolean} [force] connect anew even if the line seems to stand */
export function wake(force) {
  line?.wake(force);
  flush();
}
