/** What the screens show: one object, and those who want to know when it changes. */
import { useEffect, useState } from "../vendor/preact.js";

/** @type {State} */
export const state = {
  me: undefined, agents: {}, loaded: false, repos: null, link: "connecting", queue: [], turns: [],
  update: null, said: "", route: { screen: "voice", id: "", speak: false }, stale: false,
  install: null, problem: "", shown: false, sure: false,
  preferences: {
    defaultRepo: null, defaultModel: null, budgetUsd: null, language: "auto", speak: "short",
    sendAtOnce: true, notify: {}, models: [],
  },
};
const watchers = new Set();

/** @param {Partial<State>} patch */
export function set(patch) {
  Object.assign(state, patch);
  for (const tell of watchers) tell();
}

/** Be told of every change. @param {() => void} tell */
export const watch = (tell) => void watchers.add(tell);

/** Draw the calling component again whenever the state changes. */
export function useStore() {
  const [, again] = useState(0);
  useEffect(() => {
    const tell = () => again((n) => n + 1);
    watchers.add(tell);
    return () => void watchers.delete(tell);
  }, []);
  return state;
}

/** Take agents in; what is older than what we know is dropped. @param {Agent[]} agents */
export function know(agents) {
  const all = { ...state.agents };
  for (const agent of agents) {
    const old = all[agent.id];
    if (!old || agent.version > old.version || (agent.version === old.version && agent.updatedAt >= old.updatedAt)) all[agent.id] = agent;
  }
  set({ agents: all });
}

export const isOver = (/** @type {Agent} */ agent) => ["completed", "failed", "cancelled"].includes(agent.status);

/** Newest first. */
export const agents = () => Object.values(state.agents).sort((a, b) => (a.createdAt < b.createdAt ? 1 : -1));

/** An agent by its id, or by the number that people say. @param {string} id */
export const agentOf = (id) => state.agents[id] || agents().find((one) => String(one.number) === id);

/** Say something to a screen reader, and show it for a moment unless it stands there anyway. @param {string} text @param {boolean} [shown] */
export function say(text, shown = true) {
  set({ said: text, shown });
  clearTimeout(timer);
  timer = setTimeout(() => set({ said: "" }), 6000);
}
/** @type {any} */
let timer;

/** A setting of this device only. @param {string} name */
export const local = (name) => localStorage.getItem("cadence." + name);
/** @param {string} name @param {string} value */
export const keepLocal = (name, value) => localStorage.setItem("cadence." + name, value);
