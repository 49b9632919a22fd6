/** The small parts that all screens are made of. */
import { html, useEffect, useLayoutEffect, useState } from "../vendor/preact.js";
import { local, useStore } from "./store.js";
import { age, dotted, money, t } from "./text.js";

const ICONS = {
  mic: "M12 3a3 3 0 0 0-3 3v6a3 3 0 0 0 6 0V6a3 3 0 0 0-3-3zM5 11a7 7 0 0 0 14 0M12 18v3",
  list: "M8 6h13M8 12h13M8 18h13M3.5 6h.01M3.5 12h.01M3.5 18h.01",
  gear: "M4 7h9m5 0h2M4 17h2m5 0h9M15.5 9.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5zM8.5 19.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z",
  keys: "M3 6h18v12H3zM7 10h.01M11 10h.01M15 10h.01M18 10h.01M8 14h8",
  back: "M15 5l-7 7 7 7", send: "M5 12h14M13 6l6 6-6 6", stop: "M7 7h10v10H7z", pause: "M9 6v12M15 6v12",
  play: "M8 5l11 7-11 7z", check: "M5 13l4 4L19 7", close: "M6 6l12 12M18 6L6 18", plus: "M12 5v14M5 12h14",
  retry: "M20 11a8 8 0 1 0-2.3 6.3M20 5v6h-6", out: "M14 5h5v5M19 5l-8 8M11 6H6v12h12v-5",
  edit: "M5 19l1-4L16 5l3 3L9 18z", ear: "M4 10v4M8 7v10M12 4v16M16 7v10M20 10v4", bell: "M6 16V11a6 6 0 0 1 12 0v5l2 2H4zM10 21h4",
  circle: "M12 17a5 5 0 1 0 0-10 5 5 0 0 0 0 10z", down: "M12 5v14M6 13l6 6 6-6", phone: "M7 3h10v18H7zM11 18h2",
};

/** @param {{name: keyof typeof ICONS}} of */
export const Icon = ({ name }) => html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d=${ICONS[name]} /></svg>`;

export const LOGO = html`<svg class="logo" viewBox="0 0 512 512" aria-hidden="true"><path d="M116 232v48m70-112v176m70-232v288m70-232v176m70-112v48" /></svg>`;

/** Wear what was chosen for this device. */
export function applyTheme() {
  const theme = local("theme");
  if (theme === "dark" || theme === "light") document.documentElement.dataset.theme = theme;
  else delete document.documentElement.dataset.theme;
}

/** @param {Agent} agent */
export function standing(agent) {
  if (agent.question) return { tone: "warn", word: t("s_question") };
  switch (agent.status) {
    case "pending": return { tone: "calm", word: t("s_pending") };
    case "running": return { tone: "busy", word: agent.phase || t("s_running") };
    case "paused": return { tone: "warn", word: t("s_paused") };
    case "completed": return agent.metadata.prUrl ? { tone: "good", word: t("s_pr") } : { tone: "good", word: t("s_done") };
    case "failed": return { tone: "bad", word: t("s_failed") };
    default: return { tone: "calm", word: t("s_cancelled") };
  }
}

/** @param {{agent: Agent}} of */
export function Pill({ agent }) {
  const { tone, word } = standing(agent);
  return html`<span class=${"pill " + tone}>${word}</span>`;
}

/** @param {{agent: Agent}} of */
export function Card({ agent }) {
  const meta = agent.metadata;
  const facts = [agent.repoName.split("/").pop(), meta.prNumber ? t("prNumber", { n: meta.prNumber }) : meta.filesChanged ? t("files", { n: meta.filesChanged }) : "", age(agent), money(meta.estimatedCost)];
  return html`<a class="card row" href=${"#/agents/" + agent.id}>
    <span class="number"><span class="sr">${t("agent")} </span>${agent.number}</span>
    <b class="title">${agent.title}</b><${Pill} agent=${agent} /><span class="quiet meta">${dotted(facts)}</span>
    ${agent.question && html`<span class="asks meta">${agent.question.text}</span>`}
    ${agent.status === "running" || agent.status === "paused" ? html`<${Bar} value=${agent.progress} />` : null}
  </a>`;
}

/** @param {{value: number, label?: string}} of */
export const Bar = ({ value, label }) => html`<progress class="bar" max="100" value=${value} aria-label=${label || t("progress")}>${value} %</progress>`;

/** Name the page after its heading, which has the focus when it appears. @param {string} title */
export function useHeading(title) {
  useLayoutEffect(() => { /** @type {HTMLElement | null} */ (document.querySelector("h1"))?.focus({ preventScroll: true }); }, []);
  useLayoutEffect(() => { document.title = [...new Set([title, t("title")])].join(" · "); }, [title]);
}

/** The head of a screen. @param {{title: string, back?: string, children?: any}} of */
export function Head({ title, back, children }) {
  useHeading(title);
  return html`<header class="head">
    ${back && html`<a class="round" href=${back} aria-label=${t("back")}><${Icon} name="back" /></a>`}
    <h1 tabindex="-1">${title}</h1><${LinkState} />${children}
  </header>`;
}

export function LinkState() {
  const { link } = useStore();
  return html`<span class=${"link " + link} role="status">${t(/** @type {any} */ ("link_" + link))}</span>`;
}

/** @param {{icon?: keyof typeof ICONS, kind?: string, onClick?: any, disabled?: boolean, children?: any, type?: string, label?: string}} of */
export const Button = ({ icon, kind, children, label, ...more }) => html`<button type="button" class=${"button " + (kind || "")} aria-label=${label} ...${more}>
  ${icon && html`<${Icon} name=${icon} />`}${children}</button>`;

/** Runs *act* and shows what went wrong. @returns {[boolean, string, (act: () => Promise<any>) => Promise<void>]} */
export function useAct() {
  const [busy, setBusy] = useState(false);
  const [wrong, setWrong] = useState("");
  return [busy, wrong, async (act) => {
    setBusy(true);
    setWrong("");
    try { await act(); } catch (error) { setWrong(/** @type {Error} */ (error).message); }
    setBusy(false);
  }];
}

/** @param {{text: string}} of */
export const Wrong = ({ text }) => (text ? html`<p class="wrong" role="alert">${text}</p>` : null);

/** @param {{title: string, text?: string, children?: any}} of */
export const Empty = ({ title, text, children }) => html`<div class="empty"><b>${title}</b>${text && html`<p>${text}</p>`}${children}</div>`;

/** Draw again every *ms*, for clocks. @param {number} ms */
export function useTick(ms) {
  const [, again] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => again((n) => n + 1), ms);
    return () => clearInterval(timer);
  }, [ms]);
}
