/** What the first screen does without: fetched when it is needed, or quietly once that screen stands. */
import { html } from "../vendor/preact.js";
import { set } from "./store.js";
import { t } from "./text.js";
import { Button, Empty } from "./ui.js";

const PARTS = {
  agent: () => import("./agent.js"),
  agents: () => import("./agents.js"),
  background: () => import("./background.js"),
  level: () => import("./level.js"),
  push: () => import("./push.js"),
  queue: () => import("./queue.js"),
  settings: () => import("./settings.js"),
  signin: () => import("./signin.js"),
  turn: () => import("./turn.js"),
};
/** @typedef {typeof PARTS} Parts */
/** @template {keyof Parts} Name @typedef {Awaited<ReturnType<Parts[Name]>>} Part */
/** @type {{[Name in keyof Parts]?: Part<Name>}} */
const here = {};
/** @type {Partial<Record<string, Promise<any>>>} */
const coming = {};
const lost = new Set();
const whenIdle = window.requestIdleCallback ?? ((/** @type {() => void} */ run) => setTimeout(run, 200));

/** @template {keyof Parts} Name @param {Name} name @returns {Promise<Part<Name>>} */
export function fetchPart(name) {
  return (coming[name] ||= PARTS[name]().then(
    (part) => { here[name] = /** @type {any} */ (part); set({}); return part; },
    (error) => { lost.add(name); set({}); throw error; },
  ));
}

/**
 * What *draw* makes of a part, or what stands in its place until it is here. It cannot be had where
 * there is no network, and when the server has another release by now.
 * @template {keyof Parts} Name @param {Name} name @param {(part: Part<Name>) => any} draw
 */
export function withPart(name, draw) {
  const part = here[name];
  if (part) return draw(/** @type {Part<Name>} */ (part));
  fetchPart(name).catch(() => {});
  if (!lost.has(name)) return html`<div class="card ghost" aria-busy="true"></div>`;
  return html`<${Empty} title=${t("error")} text=${t("unreached")}><${Button} kind="main" onClick=${() => location.reload()}>${t("reload")}<//><//>`;
}

/** Use a part when there is nothing better to do. @template {keyof Parts} Name @param {Name} name @param {(part: Part<Name>) => any} use */
export const later = (name, use) => whenIdle(() => fetchPart(name).then(use, () => {}));

/** Fetch what is still missing, so that no tap has to wait. */
export function fetchRest() {
  for (const name of Object.keys(PARTS)) later(/** @type {keyof Parts} */ (name), () => {});
}
