/** Starts the app: who is it, which screen, and what must be in step with the server. */
import { html, render, useEffect, useErrorBoundary } from "../vendor/preact.js";
import { csrf, get, Problem } from "./api.js";
import { forget, recall, remember } from "./db.js";
import { recallAgents, startLive, stopLive, wake } from "./live.js";
import { flush } from "./outbox.js";
import { fetchPart, fetchRest, later, withPart } from "./parts.js";
import { set, state, useStore, watch } from "./store.js";
import { t } from "./text.js";
import { applyTheme, Button, Empty, Icon, LOGO } from "./ui.js";
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

/** The part that a screen is made of; that of the first one is here. @type {Record<string, "agent" | "agents" | "settings" | "signin" | undefined>} */
const PART = { agent: "agent", agents: "agents", settings: "settings", signin: "signin" };

/** @param {State} of */
function screenOf({ me, route: { screen, id, speak } }) {
  if (!me) return withPart("signin", ({ SignIn }) => html`<${SignIn} code=${screen === "pair" ? id : ""} onDone=${enter} />`);
  if (screen === "agent") return withPart("agent", ({ AgentScreen }) => html`<${AgentScreen} key=${id} id=${id} speak=${speak} />`);
  if (screen === "agents") return withPart("agents", ({ Agents }) => html`<${Agents} />`);
  if (screen === "settings") return withPart("settings", ({ Settings }) => html`<${Settings} />`);
  return html`<${Voice} />`;
}

function App() {
  const { me, route: at, said, shown, update } = useStore();
  const [broken] = useErrorBoundary();
  useEffect(() => { if (me && at.screen === "pair") location.hash = "#/"; }, [at, me]);
  if (broken) return html`<main class="welcome"><${Empty} title=${t("error")} text=${String(broken.message)}><${Button} kind="main" onClick=${() => location.reload()}>${t("reload")}<//><//></main>`;
  if (me === undefined) return null;
  if (!me) return screenOf(state);
  return html`<div class="app">
    <a class="skip" href="#main" onClick=${(/** @type {any} */ e) => { e.preventDefault(); document.getElementById("main")?.focus(); }}>${t("skip")}</a>
    <nav aria-label=${t("title")}><span class="brand" aria-hidden="true">${LOGO}${t("title")}</span>${TABS.map(([name, href, icon]) => html`<a key=${name} href=${href} aria-current=${at.screen === name || (name === "agents" && at.screen === "agent") ? "page" : undefined}><${Icon} name=${icon} /><span>${t(name)}</span></a>`)}</nav>
    <main id="main" tabindex="-1">
      ${update && html`<div class="banner" role="status"><span class="grow">${t("newVersion")}</span><${Button} kind="small main" onClick=${update}>${t("update")}<//></div>`}
      ${screenOf(state)}</main>
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
  later("push", ({ resync }) => resync());
  learn("preferences", "/api/settings", (found) => set({ preferences: found }));
  learn("repos", "/api/repos?limit=100", (found) => set({ repos: found.items }));
}

/** Show what was known, then what is. @param {string} key @param {string} path @param {(found: any) => void} take */
async function learn(key, path, take) {
  const kept = await recall(key);
  if (kept) take(kept);
  try {
    const found = await get(path);
    take(found);
    remember(key, found);
  } catch { /* what was known stays */ }
}

applyTheme();
set({ route: route() });
addEventListener("hashchange", () => set({ route: route() }));
addEventListener("online", () => wake(true));
addEventListener("offline", () => wake(true));
addEventListener("beforeinstallprompt", (event) => { event.preventDefault(); set({ install: event }); });
document.addEventListener("visibilitychange", () => { if (!document.hidden && state.me) wake(); });
const root = /** @type {Element} */ (document.getElementById("app"));

/** Fetch what the screen is made of; where it cannot be had, the screen says so. */
async function fetchScreen() {
  const isSignedIn = state.me || (state.me === undefined && csrf());
  const part = PART[isSignedIn ? state.route.screen : "signin"];
  if (part) await fetchPart(part).catch(() => {});
}

/** Show the screen in the place of the first picture, when it is there. */
async function draw() {
  await fetchScreen();
  root.replaceChildren();
  render(html`<${App} />`, root);
  later("background", ({ start }) => start());
  fetchRest();
}
fetchScreen(); // no need to wait for the answer who it is
remembered().then(async () => {
  const known = state.me;
  if (known) draw();
  await enter();
  if (!known) draw();
});
watch(() => { if (!state.me) stopLive(); });
