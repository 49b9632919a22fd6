/** What goes on behind the screens: the app is kept on this device, and the server knows who looks. */
import { post } from "./api.js";
import { resync } from "./push.js";
import { set, state } from "./store.js";

const SEEN_MS = 10000, IDLE_MS = 120000;

/** @type {ServiceWorkerRegistration | undefined} */
let registration;
/** Let the release that waits take over. */
function takeOver() {
  navigator.serviceWorker.addEventListener("controllerchange", () => location.reload(), { once: true });
  registration?.waiting?.postMessage("take over");
}

async function keepShell() {
  if (!("serviceWorker" in navigator)) return;
  const policy = /** @type {any} */ (window).trustedTypes?.createPolicy("cadence", { createScriptURL: (/** @type {string} */ url) => (url === "/app/sw.js" ? url : "") });
  registration = await navigator.serviceWorker.register(policy ? policy.createScriptURL("/app/sw.js") : "/app/sw.js", { scope: "/app/", updateViaCache: "none" });
  const look = () => { if (registration?.waiting && navigator.serviceWorker.controller) set({ update: takeOver }); };
  look();
  registration.addEventListener("updatefound", () => registration?.installing?.addEventListener("statechange", look));
  const ask = () => { registration?.update().catch(() => {}); };
  setInterval(ask, 3600000);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) ask(); });
  navigator.serviceWorker.addEventListener("message", ({ data }) => {
    if (data.go) location.hash = data.go;
    if (data.resubscribe) resync();
  });
}

/** Tell the server that the person is looking, so that it need not ring: not when nobody touched the
 * page for a while, and not when no news comes to it. */
function tellSeen() {
  let touched = Date.now();
  const touch = () => { touched = Date.now(); };
  const tell = (/** @type {boolean} */ visible) => {
    if (!state.me) return;
    const live = state.link === "live" || state.link === "polling";
    post("/api/push/seen", { agentId: state.route.screen === "agent" ? state.route.id : null, visible, live }).catch(() => {});
  };
  for (const name of ["pointerdown", "pointermove", "keydown", "wheel", "touchmove"]) addEventListener(name, touch, { passive: true });
  setInterval(() => { if (!document.hidden && Date.now() - touched < IDLE_MS) tell(true); }, SEEN_MS);
  document.addEventListener("visibilitychange", () => { touch(); tell(!document.hidden); });
}

/** Once, when the first screen stands. */
export function start() {
  tellSeen();
  keepShell().catch(() => {});
}
