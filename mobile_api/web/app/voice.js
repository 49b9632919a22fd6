/** The first screen: say it, or type it. */
import { html, useEffect, useRef, useState } from "../vendor/preact.js";
import { withPart } from "./parts.js";
import { canRecord } from "./recorder.js";
import { agents, isOver, keepLocal, set, useStore } from "./store.js";
import { begin, discard, finish, handsFree, sendAudio, sendText, talk } from "./talk.js";
import { t } from "./text.js";
import { Button, Card, Empty, Head, Icon, Wrong } from "./ui.js";

const HOLD_MS = 350;
const SLIDE_PX = 72;

export function Voice() {
  const { turns, me, queue } = useStore();
  const end = useRef(/** @type {any} */ (null));
  const active = agents().filter((one) => !isOver(one)).slice(0, 4);
  const above = new Set(active.map((one) => one.id));
  useEffect(() => { if (turns.length) end.current.scrollIntoView({ block: "nearest" }); }, [turns]);
  return html`<div class="screen">
    <${Head} title=${t("voice")} />
    <div class="body" tabindex="-1">
      ${active.length > 0 && html`<section aria-label=${t("active")} class="stack">${active.map((one) => html`<${Card} key=${one.id} agent=${one} />`)}</section>`}
      ${!turns.length && html`<${Hints} />`}
      <div class="stack turns">${turns.length > 0 && withPart("turn", ({ Exchange }) => turns.map((one) => html`<${Exchange} key=${one.key} turn=${one} above=${above} />`))}</div>
      ${queue.length > 0 && withPart("queue", ({ Queue }) => html`<${Queue} />`)}
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

/** The control at the bottom: talk or type. @param {{voice: boolean}} of */
function Dock({ voice }) {
  useStore();
  const [typing, setTyping] = useState(!voice);
  const [text, setText] = useState("");
  const [asked, ask] = useState(0); // how often the line was asked for
  const box = useRef(/** @type {HTMLInputElement | null} */ (null));
  const type = () => { setTyping(true); ask((n) => n + 1); };
  useEffect(() => { if (asked) box.current?.focus(); }, [asked]);
  fill = (words) => { type(); setText(words); };
  const submit = (/** @type {any} */ event) => {
    event.preventDefault();
    if (text.trim()) sendText(text.trim());
    setText("");
  };
  return html`<footer class="dock">
    <${Wrong} text=${talk.error} />
    ${talk.mode === "recording" && withPart("level", ({ Level }) => html`<${Level} />`)}
    ${talk.review && html`<p role="status">${t("review", { s: talk.review.seconds })}</p>`}
    ${talk.review ? html`<div class="pair"><${Button} onClick=${discard}>${t("discard")}<//>
        <${Button} kind="main" icon="send" onClick=${() => talk.review && sendAudio(talk.review.audio, talk.review.seconds)}>${t("send")}<//></div>`
      : typing ? html`<form class="line" onSubmit=${submit}>
        ${voice && html`<button type="button" class="round key" aria-label=${t("micInstead")} onClick=${() => setTyping(false)}><${Icon} name="mic" /></button>`}
        <input enterkeyhint="send" autocomplete="off" aria-label=${t("typeHere")} placeholder=${t("typeHere")} value=${text} onInput=${(/** @type {any} */ e) => setText(e.target.value)} ref=${box} />
        <button class="round key main" aria-label=${t("send")} disabled=${!text.trim()}><${Icon} name="send" /></button></form>`
      : html`<div class="line">
        <button type="button" class="round key" aria-label=${t("keyboard")} onClick=${type}><${Icon} name="keys" /></button>
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
