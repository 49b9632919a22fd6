/** What the person may choose, on the server and on this device. */
import { html, useEffect, useState } from "../vendor/preact.js";
import { call, get, post } from "./api.js";
import { forget, remember } from "./db.js";
import { stopLive } from "./live.js";
import { Dialog } from "./dialog.js";
import { canPush, isSubscribed, mustInstall, subscribe, unsubscribe } from "./push.js";
import { keepLocal, local, say, set, state, useStore } from "./store.js";
import { handsFree } from "./talk.js";
import { ago, money, t } from "./text.js";
import { Button, Head, Wrong, applyTheme, useAct } from "./ui.js";

const NOTICES = /** @type {const} */ (["question", "pullRequest", "failed", "budget"]);
const LANGUAGES = { auto: t("l_auto"), en: "English", de: "Deutsch", es: "Español", fr: "Français" };

/** @typedef {(now: Preferences) => Partial<Preferences>} Edit */

let last = Promise.resolve();
/** What the server has, and the edits on their way to it, which are shown at once. */
let kept = state.preferences;
/** @type {Edit[]} */
const waiting = [];

/** One change after the other: each is made to what stands then, so that none undoes another. @param {Edit} edit */
function change(edit) {
  if (!waiting.length) kept = state.preferences;
  waiting.push(edit);
  show();
  return (last = last.catch(() => {}).then(() => write(edit)));
}

function show() {
  set({ preferences: waiting.reduce((now, edit) => ({ ...now, ...edit(now) }), kept) });
}

/** @param {Edit} edit */
async function write(edit) {
  try {
    const { models, ...stands } = await get("/api/settings");
    const body = { ...stands, ...edit({ models, ...stands }) };
    kept = { models, ...(await call("PUT", "/api/settings", { body })) };
    remember("preferences", kept);
    say(t("saved"));
  } finally {
    waiting.shift();
    show();
  }
}

export function Settings() {
  const { me, preferences: now, install, repos } = useStore();
  const [, wrong, act] = useAct();
  const put = (/** @type {Partial<Preferences> | Edit} */ what) => act(() => change(typeof what === "function" ? what : () => what));
  return html`<div class="screen"><${Head} title=${t("settings")} />
    <div class="body" tabindex="-1"><div class="stack settings">
      <${Wrong} text=${wrong} />
      <${Part} title=${t("agents")}>
        <label class="field"><span>${t("repoDefault")}</span><select value=${now.defaultRepo || ""} onChange=${(/** @type {any} */ e) => put({ defaultRepo: e.target.value || null })}><option value="">${t("none")}</option>${(repos || []).map((one) => html`<option key=${one.id} value=${one.fullName}>${one.fullName}</option>`)}</select></label>
        <label class="field"><span>${t("model")}</span><select value=${now.defaultModel || ""} onChange=${(/** @type {any} */ e) => put({ defaultModel: e.target.value || null })}><option value="">${t("modelDefault")}</option>${(now.models || []).map((one) => html`<option key=${one} value=${one}>${one}</option>`)}</select></label>
        <label class="field"><span>${t("budget")}<small>${t("budgetHelp")}</small></span><input type="number" min="0.1" step="0.1" inputmode="decimal" key=${now.budgetUsd} defaultValue=${now.budgetUsd ?? ""} onChange=${(/** @type {any} */ e) => put({ budgetUsd: e.target.value ? Number(e.target.value) : null })} /></label>
        <${Usage} />
      <//>
      <${Repos} />
      <${Part} title=${t("voice")}>
        <div class="field"><span id="speak">${t("speak")}</span><div class="tabs" role="group" aria-labelledby="speak">${/** @type {const} */ (["off", "short", "full"]).map((one) => html`<button key=${one} type="button" aria-pressed=${now.speak === one} onClick=${() => put({ speak: one })}>${t(one)}</button>`)}</div></div>
        <${Switch} on=${now.sendAtOnce} label=${t("sendAtOnce")} help=${t("sendAtOnceHelp")} onChange=${(/** @type {boolean} */ on) => put({ sendAtOnce: on })} />
        <${Switch} on=${handsFree()} label=${t("handsFree")} help=${t("handsFreeHelp")} onChange=${(/** @type {boolean} */ on) => { keepLocal("handsFree", on ? "on" : "off"); set({}); }} />
        <label class="field"><span>${t("language")}</span><select value=${now.language} onChange=${(/** @type {any} */ e) => put({ language: e.target.value })}>${Object.entries(LANGUAGES).map(([code, name]) => html`<option key=${code} value=${code}>${name}</option>`)}</select></label>
      <//>
      <${Notifications} now=${now} put=${put} />
      <${Part} title=${t("theme")}>
        <div class="field"><span id="theme">${t("scheme")}</span><div class="tabs" role="group" aria-labelledby="theme">${/** @type {const} */ (["auto", "light", "dark"]).map((one) => html`<button key=${one} type="button" aria-pressed=${(local("theme") || "auto") === one} onClick=${() => { keepLocal("theme", one); applyTheme(); set({}); }}>${t(/** @type {any} */ ("th_" + one))}</button>`)}</div></div>
        ${install && html`<${Button} icon="plus" onClick=${() => { install.prompt(); set({ install: null }); }}>${t("install")}<//>`}
      <//>
      <${Devices} login=${me?.login || ""} />
    </div></div></div>`;
}

/** @param {{title: string, children?: any}} of */
const Part = ({ title, children }) => html`<section class="card"><h2>${title}</h2>${children}</section>`;

/** @param {{on: boolean, label: string, help?: string, onChange: (on: boolean) => void}} of */
const Switch = ({ on, label, help, onChange }) => html`<label class="field"><span>${label}${help && html`<small>${help}</small>`}</span>
  <input type="checkbox" role="switch" class="switch" checked=${on} onChange=${(/** @type {any} */ e) => onChange(e.target.checked)} /></label>`;

function Usage() {
  const [usage, setUsage] = useState(/** @type {any} */ (null));
  useEffect(() => { get("/api/usage").then(setUsage, () => {}); }, []);
  if (!usage) return null;
  const words = { n: usage.agents, limit: usage.limit, cost: money(usage.costUsd) };
  return html`<div class="field"><span>${t("usage")}<small>${t(usage.limit ? "usageOf" : "usageText", words)}</small></span>${usage.limit && html`<progress class="bar" max=${usage.limit} value=${usage.agents} aria-label=${t("usage")}></progress>`}</div>`;
}

function Repos() {
  const { repos } = useStore();
  return html`<${Part} title=${t("repos")}><p class="quiet">${t("reposHelp")}</p>
    <ul class="plain lines">${(repos || []).map((one) => html`<li key=${one.id}><span class="grow">${one.fullName}</span><span class="quiet">${one.defaultBranch}</span></li>`)}</ul><//>`;
}

/** @param {{now: Preferences, put: (what: Partial<Preferences> | Edit) => void}} of */
function Notifications({ now, put }) {
  const [told, setTold] = useState("");
  const [sent, setSent] = useState(/** @type {any[] | null} */ (null));
  const [busy, wrong, act] = useAct();
  const test = () => act(async () => {
    const { outcome, detail } = await post("/api/push/test");
    setTold(outcome === "failed" ? t("n_failed_out", { detail }) : t(/** @type {any} */ ("n_" + outcome)));
  });
  return html`<${Part} title=${t("notifications")}>
    ${mustInstall() ? html`<p class="asks">${t("hintIos")}</p>` : !canPush() ? html`<p class="quiet">${t("n_missing")}</p>`
      : html`<div class="actions"><${Button} icon="bell" disabled=${busy} onClick=${() => act(() => (isSubscribed() ? unsubscribe() : subscribe()))}>${t(isSubscribed() ? "n_off" : "n_on")}<//>
        <${Button} disabled=${busy} onClick=${test}>${t("n_test")}<//>
        <${Button} disabled=${busy} onClick=${() => act(async () => setSent((await get("/api/push/log")).items))}>${t("n_log")}<//></div>`}
    <p role="status">${told}</p><${Wrong} text=${wrong} />
    ${sent && html`<ul class="plain lines">${sent.length ? sent.map((one, n) => html`<li key=${n}><span class="grow">${one.kind === "test" ? t("n_aTest") : t(/** @type {any} */ ("n_" + one.kind))}<small>${[t(/** @type {any} */ ("n_log_" + one.outcome)), one.detail].filter(Boolean).join(": ")}</small></span><span class="quiet">${ago(one.at)}</span></li>`) : html`<li class="quiet">${t("none")}</li>`}</ul>`}
    ${NOTICES.map((one) => html`<${Switch} key=${one} on=${now.notify[one] !== false} label=${t(/** @type {any} */ ("n_" + one))} onChange=${(/** @type {boolean} */ on) => put((/** @type {Preferences} */ stands) => ({ notify: { ...stands.notify, [one]: on } }))} />`)}
  <//>`;
}

/** @param {{login: string}} of */
function Devices({ login }) {
  const [devices, setDevices] = useState(/** @type {any[]} */ ([]));
  const [pair, setPair] = useState(/** @type {any} */ (null));
  const [sure, setSure] = useState(false);
  const [busy, wrong, act] = useAct();
  const load = () => get("/api/auth/sessions").then((found) => setDevices(found.items), () => {});
  useEffect(() => { load(); }, []);
  const leave = (/** @type {string} */ path) => act(async () => {
    await post(path);
    stopLive();
    await forget();
    location.hash = "#/";
    set({ me: null, agents: {}, turns: [], queue: [], loaded: false });
  });
  return html`<${Part} title=${t("devices")}>
    <ul class="plain lines">${devices.map((one) => html`<li key=${one.id}><span class="grow">${one.device}${one.current ? html` <span class="quiet">(${t("deviceThis")})</span>` : ""}<small>${ago(one.lastSeenAt)}</small></span>
      ${!one.current && html`<${Button} kind="small" disabled=${busy} label=${t("revoke") + ": " + one.device} onClick=${() => act(async () => { await call("DELETE", "/api/auth/sessions/" + encodeURIComponent(one.id)); await load(); })}>${t("revoke")}<//>`}</li>`)}</ul>
    <${Wrong} text=${wrong} />
    <div class="actions"><${Button} icon="phone" disabled=${busy} onClick=${() => act(async () => setPair(await post("/api/auth/pair")))}>${t("add_phone")}<//>
      <${Button} onClick=${() => leave("/api/auth/logout")}>${t("signOut")}<//>
      <${Button} kind="bad" onClick=${() => setSure(true)}>${t("signOutAll")}<//></div>
    <p class="quiet">${t("yours", { login })}</p>
    ${pair && html`<${Dialog} title=${t("add_phone")} text=${t("addPhoneHelp")} onClose=${() => { setPair(null); load(); }}>
      <img class="qr" alt=${t("code") + " " + pair.code} src=${"data:image/svg+xml," + encodeURIComponent(pair.qrSvg)} /><p class="big">${pair.code}</p><form method="dialog"><button class="button">${t("done")}</button></form><//>`}
    ${sure && html`<${Dialog} danger title=${t("signOutAllAsk")} text=${t("signOutAllText")} yes=${t("signOutAll")} no=${t("cancel")} onYes=${() => leave("/api/auth/logout-everywhere")} onClose=${() => setSure(false)} />`}
  <//>`;
}
