/** The first screen: say it, see what was heard, confirm what cannot be taken back. */
import { html, useEffect, useRef, useState } from "../vendor/preact.js";
import { skew } from "./live.js";
import { canRecord } from "./recorder.js";
import { agentOf, agents, isOver, keepLocal, set, useStore } from "./store.js";
import { begin, canUndo, discard, dismiss, finish, handsFree, sendAudio, sendText, settle, talk, undo } from "./talk.js";
import { t } from "./text.js";
import { Queue } from "./queue.js";
import { Button, Card, Empty, Head, Icon, Wrong, useAct, useTick } from "./ui.js";

const HOLD_MS = 350;
const SLIDE_PX = 72;

export function Voice() {
  const { turns, me, queue } = useStore();
  const end = useRef(/** @type {any} */ (null));
  const active = agents().filter((one) => !isOver(one)).slice(0, 4);
  useEffect(() => { if (turns.length) end.current.scrollIntoView({ block: "nearest" }); }, [turns]);
  return html`<div class="screen">
    <${Head} title=${t("voice")} />
    <div class="body" tabindex="-1">
      ${active.length > 0 && html`<section aria-label=${t("active")} class="stack">${active.map((one) => html`<${Card} key=${one.id} agent=${one} />`)}</section>`}
      ${!turns.length && html`<${Hints} />`}
      <div class="stack turns">${turns.map((one) => html`<${Exchange} key=${one.key} turn=${one} above=${new Set(active.map((each) => each.id))} />`)}</div>
      ${queue.length > 0 && html`<${Queue} />`}
      <div ref=${end}></div>
    </div>
    <${Dock} voice=${me?.features.voice !== false && canRecord()} />
  </div>`;
}

function Hints() {
  const { repos, preferences } = useStore();
  const repo = (preferences.defaultRepo || repos?.[0]?.fullName || "backend").split("/").pop() || "";
  const texts = [t("help1", { repo }), t("help2"), t("help3")];
  return html`<${Empty} title=${t("hint")}>
    <ul class="hints">${texts.map((text) => html`<li key=${text}><button class="hint" type="button" onClick=${() => fill(text)}>“${text}”</button></li>`)}</ul>
  <//>`;
}

/** Put an example into the line, to be changed and sent. @type {(text: string) => void} */
let fill = () => {};

/** @param {{turn: Turn, above: Set<string>}} of */
function Exchange({ turn, above }) {
  const { result } = turn;
  const said = result?.transcript || turn.text;
  const [busy, wrong, act] = useAct();
  useTick(1000);
  const left = result?.confirm ? Math.ceil((Date.parse(result.confirm.expiresAt) - Date.now() - skew) / 1000) : 0;
  return html`<article class="card turn">
    <${Heard} turn=${turn} said=${said} act=${act} />
    ${turn.state === "sending" && html`<p class="quiet dots">${t("sending")}</p>`}
    ${turn.state === "queued" && html`<p class="asks">${t("queued")}</p>`}
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
  const open = turn.result && turn.result.state !== "done";
  if (editing) {
    const use = (/** @type {any} */ event) => {
      event.preventDefault();
      const transcript = new FormData(event.target).get("text");
      setEditing(false);
      act(() => settle(turn, { transcript }));
    };
    return html`<form class="line" onSubmit=${use}><input name="text" aria-label=${t("edit")} value=${said} ref=${(/** @type {any} */ box) => box?.focus()} />
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

/** The control at the bottom: talk or type. @param {{voice: boolean}} of */
function Dock({ voice }) {
  useStore();
  const [typing, setTyping] = useState(!voice);
  const [text, setText] = useState("");
  fill = (words) => { setTyping(true); setText(words); };
  const submit = (/** @type {any} */ event) => {
    event.preventDefault();
    if (text.trim()) sendText(text.trim());
    setText("");
  };
  return html`<footer class="dock">
    <${Wrong} text=${talk.error} />
    ${talk.mode === "recording" && html`<${Level} />`}
    ${talk.review && html`<p role="status">${t("review", { s: talk.review.seconds })}</p>`}
    ${talk.review ? html`<div class="pair"><${Button} onClick=${discard}>${t("discard")}<//>
        <${Button} kind="main" icon="send" onClick=${() => talk.review && sendAudio(talk.review.audio, talk.review.seconds)}>${t("send")}<//></div>`
      : typing ? html`<form class="line" onSubmit=${submit}>
        ${voice && html`<button type="button" class="round key" aria-label=${t("micInstead")} onClick=${() => setTyping(false)}><${Icon} name="mic" /></button>`}
        <input enterkeyhint="send" autocomplete="off" aria-label=${t("typeHere")} placeholder=${t("typeHere")} value=${text} onInput=${(/** @type {any} */ e) => setText(e.target.value)} ref=${(/** @type {any} */ box) => box && text && document.activeElement !== box && box.focus()} />
        <button class="round key main" aria-label=${t("send")} disabled=${!text.trim()}><${Icon} name="send" /></button></form>`
      : html`<div class="line">
        <button type="button" class="round key" aria-label=${t("keyboard")} onClick=${() => setTyping(true)}><${Icon} name="keys" /></button>
        <${TalkButton} />
        <button type="button" class="round key" aria-label=${t("handsFree")} aria-pressed=${handsFree()} onClick=${() => { keepLocal("handsFree", handsFree() ? "off" : "on"); set({}); }}><${Icon} name="ear" /></button></div>`}
  </footer>`;
}

function TalkButton() {
  const press = useRef(/** @type {any} */ ({ at: 0, y: 0 }));
  const { mode, sliding } = talk;
  const on = mode === "recording" || mode === "starting";
  const down = (/** @type {number} */ y) => {
    if (on) { press.current.at = 0; return finish(); }
    press.current = { at: performance.now(), y };
    return begin();
  };
  const up = () => {
    const { at } = press.current;
    press.current.at = 0;
    if (!at) return;
    if (talk.sliding) discard();
    else if (performance.now() - at > HOLD_MS) finish();
  };
  const isTalkKey = (/** @type {KeyboardEvent} */ event) => (event.key === " " || event.key === "Enter") && (event.target === document.body || /** @type {Element} */ (event.target).classList.contains("talk") || /** @type {Element} */ (event.target).tagName === "H1");
  useEffect(() => {
    const onDown = (/** @type {KeyboardEvent} */ event) => {
      if (event.key === "Escape") return discard();
      if (!isTalkKey(event)) return;
      event.preventDefault();
      if (!event.repeat) down(0);
    };
    const onUp = (/** @type {KeyboardEvent} */ event) => { if (isTalkKey(event)) { event.preventDefault(); up(); } };
    addEventListener("keydown", onDown);
    addEventListener("keyup", onUp);
    return () => { removeEventListener("keydown", onDown); removeEventListener("keyup", onUp); };
  });
  useEffect(() => () => { if (talk.mode !== "idle") discard(); }, []);
  const label = mode === "starting" ? t("starting") : sliding ? t("discardRelease") : on ? t(press.current.at ? "slide" : "tapDone") : t("hold");
  return html`<button type="button" class=${"talk" + (on ? " on" : "") + (sliding ? " away" : "")} aria-pressed=${on}
    onPointerDown=${(/** @type {any} */ e) => { if (e.button === 0) { e.currentTarget.setPointerCapture(e.pointerId); down(e.clientY); } }}
    onPointerMove=${(/** @type {any} */ e) => { const away = !!press.current.at && press.current.y - e.clientY > SLIDE_PX; if (away !== talk.sliding) { talk.sliding = away; set({}); } }}
    onPointerUp=${up} onPointerCancel=${() => { if (press.current.at) { press.current.at = 0; discard(); } }}
    onClick=${(/** @type {any} */ e) => { if (e.detail === 0) down(0), (press.current.at = 0); }} onContextMenu=${(/** @type {any} */ e) => e.preventDefault()}>
    <${Icon} name=${on ? "stop" : "mic"} /><span>${label}</span></button>`;
}

/** The wave, and the time that is left. */
function Level() {
  const canvas = useRef(/** @type {any} */ (null));
  useTick(500);
  useEffect(() => {
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    let frame = 0;
    const draw = () => {
      const box = canvas.current, pen = box.getContext("2d"), levels = talk.take?.levels || [];
      const wide = (box.width = box.clientWidth * devicePixelRatio), high = (box.height = box.clientHeight * devicePixelRatio);
      pen.fillStyle = getComputedStyle(box).color;
      const step = wide / 64;
      for (let n = 0; n < 64; n++) {
        const level = levels[levels.length - 64 + n] || 0;
        const tall = Math.max(2 * devicePixelRatio, Math.min(1, level * 6) * high);
        pen.beginPath();
        pen.roundRect(n * step + step * 0.2, (high - tall) / 2, step * 0.6, tall, step * 0.3);
        pen.fill();
      }
      frame = still ? /** @type {any} */ (setTimeout(draw, 500)) : requestAnimationFrame(draw);
    };
    draw();
    return () => (still ? clearTimeout(frame) : cancelAnimationFrame(frame));
  }, []);
  const seconds = Math.floor(talk.take?.seconds() || 0);
  return html`<div class="level"><canvas ref=${canvas} aria-hidden="true"></canvas>
    <span class="quiet"><span class="sr" role="status">${t("listening")}</span>0:${String(seconds).padStart(2, "0")} / 0:30</span></div>`;
}
