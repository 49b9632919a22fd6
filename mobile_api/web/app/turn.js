/** What was said and what came of it; what cannot be taken back is confirmed first. */
import { html, useEffect, useRef, useState } from "../vendor/preact.js";
import { post } from "./api.js";
import { skew } from "./live.js";
import { prime } from "./speech.js";
import { agentOf, set, state } from "./store.js";
import { answered } from "./talk.js";
import { t } from "./text.js";
import { Button, Card, Icon, Wrong, useAct, useTick } from "./ui.js";

/** Answer a confirmation, choose, or correct what was heard. @param {Turn} of @param {any} body */
async function settle(of, body) {
  prime();
  await answered(of.key, await post(`/api/voice/commands/${/** @type {Command} */ (of.result).id}/confirm`, body));
}

/** @param {Turn} of */
const canUndo = ({ result }) => !!(result?.undoUntil && Date.parse(result.undoUntil) > Date.now() + skew);

/** Take back what was just done: the server knows how. @param {Turn} of */
const undo = (of) => settle(of, { answer: "no" });

/** @param {Turn} of */
const dismiss = (of) => set({ turns: state.turns.filter((one) => one.key !== of.key) });

/** @param {{turn: Turn, above: Set<string>}} of */
export function Exchange({ turn, above }) {
  const { result } = turn;
  const isHeld = state.queue.some((one) => one.key === turn.key && one.held);
  const said = result?.transcript || turn.text;
  const [busy, wrong, act] = useAct();
  useTick(1000);
  const left = result?.confirm ? Math.ceil((Date.parse(result.confirm.expiresAt) - Date.now() - skew) / 1000) : 0;
  return html`<article class="card turn">
    <${Heard} turn=${turn} said=${said} act=${act} />
    ${turn.state === "sending" && html`<p class="quiet dots">${t("sending")}</p>`}
    ${turn.state === "queued" && html`<p class="asks">${t(isHeld ? "queuedAsk" : "queued")}</p>`}
    ${turn.state === "failed" && html`<${Wrong} text=${turn.error} />`}
    ${result && html`<div aria-busy=${busy}>
      ${result.state === "needs_confirmation" && result.confirm ? html`<${Confirm} confirm=${result.confirm} left=${left} answer=${(/** @type {string} */ answer) => act(() => settle(turn, { answer }))} />` : html`<p class=${result.state === "rejected" ? "asks" : "reply"}>${result.reply}</p>`}
      ${result.state === "needs_choice" && result.candidates?.map((one) => html`<button key=${one.id} type="button" class="option" onClick=${() => act(() => settle(turn, { choice: one.id }))}><b>${one.label}</b><span class="quiet">${one.detail}</span></button>`)}
      ${result.state === "done" && [...(result.agents || []), ...(result.agent ? [result.agent] : [])].filter((one) => !above.has(one.id)).slice(0, 5).map((one) => html`<${Card} key=${one.id} agent=${agentOf(one.id) || one} />`)}
      ${canUndo(turn) && html`<${Button} icon="retry" onClick=${() => act(() => undo(turn))}>${t("undo")}<//>`}
    </div>`}
    <${Wrong} text=${wrong} />
    ${turn.state !== "sending" && html`<button type="button" class="round shut" aria-label=${t("dismiss")} onClick=${() => dismiss(turn)}><${Icon} name="close" /></button>`}
  </article>`;
}

/** What was heard; it can be put right as long as nothing was done. @param {{turn: Turn, said?: string, act: any}} of */
function Heard({ turn, said, act }) {
  const [editing, setEditing] = useState(false);
  const box = useRef(/** @type {HTMLInputElement | null} */ (null));
  useEffect(() => box.current?.focus(), [editing]);
  const open = turn.result && turn.result.state !== "done";
  if (editing) {
    const use = (/** @type {any} */ event) => {
      event.preventDefault();
      const transcript = new FormData(event.target).get("text");
      setEditing(false);
      act(() => settle(turn, { transcript }));
    };
    return html`<form class="line" onSubmit=${use}><input name="text" aria-label=${t("edit")} defaultValue=${said} ref=${box} />
      <button class="button main">${t("editSend")}</button></form>`;
  }
  return html`<p class="heard"><span class="quiet">${turn.seconds ? t("heard") : t("you")}: </span>${said ? `“${said}”` : t("recording", { s: turn.seconds || 0 })}
    ${open && html`<button type="button" class="round" aria-label=${t("edit")} onClick=${() => setEditing(true)}><${Icon} name="edit" /></button>`}</p>`;
}

/** @param {{confirm: {action: string, summary: string}, left: number, answer: (answer: string) => void}} of */
function Confirm({ confirm, left, answer }) {
  if (left <= 0) return html`<p class="asks">${t("expired")}</p>`;
  const verb = confirm.action.split("_")[0];
  const word = verb === "stop" || verb === "pause" || verb === "resume" || verb === "create" ? verb : "yes";
  return html`<h2 class="ask">${confirm.summary}</h2>
    <p class="quiet">${t("timeLeft", { s: Math.min(60, left) })}</p><progress class="bar" max="60" value=${left} aria-hidden="true"></progress>
    <div class="pair"><${Button} onClick=${() => answer("no")}>${t(word === "create" ? "keepNo" : "keep")}<//>
      <${Button} kind=${word === "stop" ? "danger" : "main"} onClick=${() => answer("yes")}>${t(/** @type {any} */ ("act_" + word))}<//></div>`;
}
