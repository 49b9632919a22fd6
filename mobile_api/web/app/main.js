/** Starts the app: who is it, which screen, and what must be in step with the server. */
import { html, render, useEffect, useErrorBoundary, useLayoutEffect } from "../vendor/preact.js";
import { AgentScreen } from "./agent.js";
import { Agents } from "./agents.js";
import { call, get, Problem } from "./api.js";
import { forget, recall, remember } from "./db.js";
import { recallAgents, startLive, stopLive, wake } from "./live.js";
import { flush } from "./outbox.js";
import { resync, tellSeen } from "./push.js";
import { applyTheme, Settings } from "./settings.js";
import { LOGO, SignIn } from "./signin.js";
import { set, state, useStore, watch } from "./store.js";
import { t } from "./text.js";
import { Button, Empty, Icon } from "./ui.js";
import { Voice } from "./voice.js";

const TABS = /** @type {const} */ ([["voice", "#/", "mic"], ["agents", "#/agents", "list"], ["settings", "#/settings", "gear"]]);

/** What a part of the address says; what cannot be read says itself. @param {string} text */
function plain(text) {
  try { return decodeURIComponent(text); } catch { return text; }
}

/** @returns {Route} */
function route() {
  const [path, query] = location.hash.slice(1).split("?");
  const [, screen, id] = path.split("/");
  return { screen: screen === "agents" && id ? "agent" : screen || "voice", id: plain(id || ""), speak: query === "speak" };
}

function App() {
  const { me, route: at, said, shown, update } = useStore();
  const [broken] = useErrorBoundary();
  const where = at.screen + at.id;
  useLayoutEffect(() => {
    /** @type {HTMLElement | null} */ (document.querySelector("h1"))?.focus({ preventScroll: true });
    document.title = [document.querySelector("h1")?.textContent, "Cadence"].filter(Boolean).join(" · ");
  }, [where, !!me]);
  useEffect(() => { if (me && at.screen === "pair") location.hash = "#/"; }, [where, me]);
  if (broken) return html`<main class="welcome"><${Empty} title=${t("error")} text=${String(broken.message)}><${Button} kind="main" onClick=${() => location.reload()}>${t("reload")}<//><//></main>`;
  if (me === undefined) return null;
  if (!me) return html`<${SignIn} code=${at.screen === "pair" ? at.id : ""} onDone=${enter} />`;
  const screen = at.screen === "agents" ? html`<${Agents} />` : at.screen === "settings" ? html`<${Settings} />`
    : at.screen === "agent" ? html`<${AgentScreen} key=${at.id} id=${at.id} speak=${at.speak} />` : html`<${Voice} />`;
  return html`<div class="app">
    <a class="skip" href="#main" onClick=${(/** @type {any} */ e) => { e.preventDefault(); document.getElementById("main")?.focus(); }}>${t("skip")}</a>
    <nav aria-label=${t("title")}><span class="brand" aria-hidden="true">${LOGO}${t("title")}</span>${TABS.map(([name, href, icon]) => html`<a key=${name} href=${href} aria-current=${at.screen === name || (name === "agents" && at.screen === "agent") ? "page" : undefined}><${Icon} name=${icon} /><span>${t(name)}</span></a>`)}</nav>
    <main id="main" tabindex="-1">
      ${update && html`<div class="banner" role="status"><span class="grow">${t("newVersion")}</span><${Button} kind="small main" onClick=${takeOver}>${t("update")}<//></div>`}
      ${screen}</main>
    <div class=${shown ? "toast" : "sr"} role="status" aria-live="polite">${said && html`<p>${said}</p>`}</div>
  </div>`;
}

/** Show at once what this device knew, whatever the network does. */
async function remembered() {
  const me = await recall("me");
  if (!me) return;
  set({ me });
  await recallAgents();
}

/** Learn who it is and what he chose. */
async function enter() {
  try {
    const me = await get("/api/me");
    if ((await recall("me"))?.id !== me.id) { // what another person read or asked for here is not this one's
      await forget();
      set({ agents: {}, turns: [], queue: [], repos: null, loaded: false });
    }
    set({ me, sure: true });
    remember("me", me);
  } catch (error) {
    if (error instanceof Problem && error.status === 401) return set({ me: null });
    if (!state.me) return set({ me: null });
  }
  const hash = sessionStorage.getItem("hash");
  sessionStorage.removeItem("hash");
  if (hash && location.hash.length < 3) location.hash = hash;
  flush();
  startLive();
  resync();
  learn("preferences", "/api/settings", (found) => set({ preferences: found }));
  learn("repos", "/api/repos?limit=100", (found) => set({ repos: found.items }));
}

/** Show what was known, then what is. @param {string} key @param {string} path @param {(found: any) => void} take */
async function learn(key, path, take) {
  const kept = await recall(key);
  if (kept) take(kept);
  try {
    const found = await call("GET", path);
    take(found);
    remember(key, found);
  } catch { /* what was known stays */ }
}

/** @type {ServiceWorkerRegistration | undefined} */
let registration;
function takeOver() {
  navigator.serviceWorker.addEventListener("controllerchange", () => location.reload(), { once: true });
  registration?.waiting?.postMessage("take over");
}

async function keepShell() {
  if (!("serviceWorker" in navigator)) return;
  const policy = /** @type {any} */ (window).trustedTypes?.createPolicy("cadence", { createScriptURL: (/** @type {string} */ url) => (url === "/app/sw.js" ? url : "") });
  registration = await navigator.serviceWorker.register(policy ? policy.createScriptURL("/app/sw.js") : "/app/sw.js", { scope: "/app/", updateViaCache: "none" });
  const look = () => { if (registration?.waiting && navigator.serviceWorker.controller) set({ update: true }); };
  look();
  registration.addEventListener("updatefound", () => registration?.installing?.addEventListener("statechange", look));
  setInterval(() => registration?.update().catch(() => {}), 3600000);
  navigator.serviceWorker.addEventListener("message", ({ data }) => {
    if (data.go) location.hash = data.go;
    if (data.resubscribe) resync();
  });
}

applyTheme();
set({ route: route() });
addEventListener("hashchange", () => set({ route: route() }));
addEventListener("online", () => wake(true));
addEventListener("offline", () => wake(true));
addEventListener("beforeinstallprompt", (event) => { event.preventDefault(); set({ install: event }); });
document.addEventListener("visibilitychange", () => { if (!document.hidden && state.me) { wake(); registration?.update().catch(() => {}); } });
const root = /** @type {Element} */ (document.getElementById("app"));
function draw() {
  root.replaceChildren();
  render(html`<${App} />`, root);
}
remembered().then(async () => {
  if (state.me) draw();
  const known = state.me;
  await enter();
  if (!known) draw();
});
tellSeen();
keepShell().catch(() => {});
watch(() => { if (!state.me) stopLive(); });
