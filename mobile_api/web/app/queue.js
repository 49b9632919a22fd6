/** What waits to be sent, and what waited so long that it is asked about again. */
import { html } from "../vendor/preact.js";
import { discard, release } from "./outbox.js";
import { useStore } from "./store.js";
import { ago, t } from "./text.js";
import { Button } from "./ui.js";

export function Queue() {
  const { queue } = useStore();
  if (!queue.length) return null;
  return html`<section class="stack" aria-label=${t("queueTitle")}>${queue.map((item) => html`<div key=${item.key} class="card waiting">
    <b>${item.label}</b><p class="quiet">${t(item.held ? "queuedAsk" : "queued")} · ${ago(new Date(item.at).toISOString())}</p>
    <div class="pair"><${Button} onClick=${() => discard(item)}>${t("discard")}<//>
      ${item.held && html`<${Button} kind="main" onClick=${() => release(item)}>${t("sendNow")}<//>`}</div>
  </div>`)}</section>`;
}
