/** All of the person's agents. */
import { html, useState } from "../vendor/preact.js";
import { Dialog } from "./dialog.js";
import { refreshAgents } from "./live.js";
import { send } from "./outbox.js";
import { agents, isOver, know, useStore } from "./store.js";
import { t } from "./text.js";
import { Queue } from "./queue.js";
import { Button, Card, Empty, Head, Icon, Wrong, useAct, useTick } from "./ui.js";

const FILTERS = /** @type {const} */ (["all", "active", "done"]);

export function Agents() {
  const { loaded, stale, problem, link } = useStore();
  const [filter, setFilter] = useState("all");
  const [sought, setSought] = useState("");
  const [isNew, setNew] = useState(false);
  const [busy, , act] = useAct();
  useTick(15000);
  const all = agents();
  const words = sought.toLowerCase();
  const shown = all.filter((one) => (filter === "all" || (filter === "done") === isOver(one)) && (one.title + one.repoName + one.number).toLowerCase().includes(words));
  return html`<div class="screen">
    <${Head} title=${t("agents")}>
      <button type="button" class="round" aria-label=${t("refresh")} aria-busy=${busy} onClick=${() => act(refreshAgents)}><${Icon} name="retry" /></button>
      <${Button} kind="main small" icon="plus" label=${t("newAgent")} onClick=${() => setNew(true)}>${t("newShort")}<//>
    <//>
    <div class="filters"><div class="tabs" role="group" aria-label=${t("shown", { n: shown.length })}>${FILTERS.map((one) => html`<button key=${one} type="button" aria-pressed=${filter === one} onClick=${() => setFilter(one)}>${t(one)}</button>`)}</div>
      <input type="search" aria-label=${t("search")} placeholder=${t("search")} value=${sought} onInput=${(/** @type {any} */ e) => setSought(e.target.value)} /></div>
    <div class="body" tabindex="-1">
      ${(stale || link === "offline") && loaded && html`<p class="asks" role="status">${problem || t("offlineRead")}</p>`}
      <${Queue} />
      ${!loaded ? html`<div class="stack" aria-busy="true">${[1, 2, 3].map((n) => html`<div key=${n} class="card ghost"></div>`)}</div>`
        : shown.length ? html`<ul class="stack plain grid">${shown.map((one) => html`<li key=${one.id}><${Card} agent=${one} /></li>`)}</ul>`
        : all.length ? html`<${Empty} title=${t("emptyFilter")} />`
        : stale || link === "offline" ? html`<${Empty} title=${t("error")} text=${problem || t("unreached")}><${Button} icon="retry" onClick=${() => act(refreshAgents)}>${t("refresh")}<//><//>`
        : html`<${Empty} title=${t("empty")} text=${t("emptyHelp")}><${Button} kind="main" icon="plus" onClick=${() => setNew(true)}>${t("newAgent")}<//><//>`}
    </div>
    ${isNew && html`<${NewAgent} onClose=${() => setNew(false)} />`}
  </div>`;
}

/** @param {{onClose: () => void}} of */
function NewAgent({ onClose }) {
  const { repos, preferences } = useStore();
  const [chosen, choose] = useState("");
  const [busy, wrong, act] = useAct();
  const start = (/** @type {any} */ event) => {
    event.preventDefault();
    const { repo, task, branch, model, budgetUsd } = Object.fromEntries(new FormData(event.target));
    const body = { repo, task, ...(branch && { branch }), ...(model && { model }), ...(budgetUsd && { budgetUsd: Number(budgetUsd) }) };
    act(async () => {
      const agent = await send({ path: "/api/agents", kind: "create", label: String(task), body });
      if (agent) { know([agent]); location.hash = "#/agents/" + agent.id; }
      onClose();
    });
  };
  return html`<${Dialog} title=${t("newAgent")} onClose=${onClose}><form class="form" onSubmit=${start}>
    <label>${t("task")}<textarea name="task" rows="4" required placeholder=${t("instructionFor")}></textarea></label>
    <label>${t("repo")}<select name="repo" required value=${chosen || preferences.defaultRepo || repos?.[0]?.fullName} onChange=${(/** @type {any} */ e) => choose(e.target.value)}>${(repos || []).map((one) => html`<option key=${one.id} value=${one.fullName}>${one.fullName}</option>`)}</select></label>
    <div class="pair"><label>${t("branch")}<input name="branch" autocomplete="off" /></label>
      <label>${t("budget")}<input name="budgetUsd" type="number" min="0.1" step="0.1" inputmode="decimal" placeholder=${preferences.budgetUsd || ""} /></label></div>
    <label>${t("model")}<select name="model"><option value="">${t("modelDefault")}</option>${(preferences.models || []).map((one) => html`<option key=${one}>${one}</option>`)}</select></label>
    <${Wrong} text=${wrong} />
    <div class="pair"><${Button} onClick=${onClose}>${t("cancel")}<//><button class="button main" disabled=${busy}>${t("start")}</button></div>
  </form><//>`;
}
