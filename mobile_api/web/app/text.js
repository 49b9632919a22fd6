/** The words of the app, by key, in the language of its file. */
import en from "../texts/en.js";

/** @typedef {keyof typeof en} Key */
const words = en;

/** @param {Key} key @param {Record<string, string | number>} [values] */
export function t(key, values = {}) {
  return (words[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ""));
}

/** @param {number} usd */
export const money = (usd) => "$" + (usd || 0).toFixed(usd > 0 && usd < 0.01 ? 4 : 2);

/** Facts in a row; a line that breaks never begins with the dot. @param {any[]} facts */
export const dotted = (facts) => facts.filter(Boolean).join("\u00a0· ");

/** "4 min", "2 h". @param {number} ms */
export function span(ms) {
  const s = Math.max(0, Math.round(ms / 1000));
  if (s < 90) return s + " s";
  if (s < 5400) return Math.round(s / 60) + " min";
  return s < 172800 ? Math.round(s / 3600) + " h" : Math.round(s / 86400) + " d";
}

/** How long an agent worked, or has worked. @param {Agent} agent */
export const age = (agent) => span((agent.completedAt ? Date.parse(agent.completedAt) : Date.now()) - Date.parse(agent.startedAt || agent.createdAt));
/** @param {string} at */
export const ago = (at) => t("ago", { span: span(Date.now() - Date.parse(at)) });
