/** Talking to Cadence: a recording or a typed sentence becomes a turn, its answer is shown and spoken. */
import { refreshAgents } from "./live.js";
import { send, whenSettled } from "./outbox.js";
import { record } from "./recorder.js";
import { hush, prime, speak } from "./speech.js";
import { know, local, say, set, state } from "./store.js";
import { t } from "./text.js";

const KEPT = 8;

export const talk = {
  /** @type {"idle" | "starting" | "recording" | "speaking"} */
  mode: "idle",
  /** @type {import("./recorder.js").Take | null} */
  take: null,
  /** @type {{audio: Blob, seconds: number} | null} */
  review: null,
  /** Whom "it" means. */
  focus: "",
  sliding: false,
  error: "",
};
const now = (/** @type {Partial<typeof talk>} */ patch) => { Object.assign(talk, patch); set({}); };
export const handsFree = () => local("handsFree") === "on";

export async function begin() {
  if (talk.mode === "recording" || talk.mode === "starting") return;
  prime();
  hush();
  now({ mode: "starting", error: "", review: null, sliding: false });
  try {
    const take = await record({ onLimit: finish, onSilence: handsFree() ? (spoke) => (spoke ? finish() : discard()) : undefined });
    if (/** @type {string} */ (talk.mode) !== "starting") return take.discard();
    navigator.vibrate?.(15);
    now({ mode: "recording", take });
  } catch (error) {
    const name = /** @type {Error} */ (error).name;
    now({ mode: "idle", error: t(name === "NotAllowedError" ? "forbidden" : "noMic") });
  }
}

/** Stop, and send or show for a look. */
export async function finish() {
  const take = talk.take;
  if (talk.mode !== "recording" || !take) return discard();
  const seconds = Math.max(1, Math.round(take.seconds()));
  now({ mode: "idle", take: null, sliding: false });
  const audio = await take.stop();
  if (!audio) return now({ error: t("noSound") });
  if (state.preferences.sendAtOnce) return sendAudio(audio, seconds);
  now({ review: { audio, seconds } });
}

export function discard() {
  if (talk.mode === "idle" && !talk.review) return;
  talk.take?.discard();
  if (talk.mode === "recording") say(t("discarded"));
  hush();
  now({ mode: "idle", take: null, review: null, sliding: false });
}

const context = () => ({
  focus: talk.focus || null, timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
  language: state.preferences.language === "auto" ? navigator.language.slice(0, 16) : state.preferences.language,
});

/** @param {Blob} audio @param {number} seconds */
export function sendAudio(audio, seconds) {
  now({ review: null });
  return turn({ seconds }, { audio, label: t("recording", { s: seconds }), body: { clientContext: context() } });
}

/** @param {string} text */
export function sendText(text) {
  prime();
  return turn({ text }, { label: text, body: { transcript: text, clientContext: context() } });
}

/** @param {Partial<Turn>} shown @param {{audio?: Blob, label: string, body: any}} what */
async function turn(shown, what) {
  const key = crypto.randomUUID();
  update({ key, at: Date.now(), state: "sending", ...shown });
  try {
    const result = await send({ path: "/api/voice/commands", kind: "voice", ...what }, key);
    if (result) await answered(key, result);
    else update({ key, state: "queued" });
  } catch (error) {
    update({ key, state: "failed", error: /** @type {Error} */ (error).message });
  }
}

/** @param {Partial<Turn> & {key: string}} patch */
function update(patch) {
  const old = state.turns.find((one) => one.key === patch.key);
  const next = /** @type {Turn} */ ({ at: Date.now(), ...old, ...patch });
  set({ turns: [...state.turns.filter((one) => one.key !== patch.key), next].sort((a, b) => a.at - b.at).slice(-KEPT) });
}

/** Show what the server made of a turn, and say it. @param {string} key @param {Command} result */
export async function answered(key, result) {
  update({ key, state: "answered", result });
  know([...(result.agent ? [result.agent] : []), ...(result.agents || [])]);
  if (result.agent) talk.focus = result.agent.id;
  if (result.state === "done" && result.intent !== "check_status") refreshAgents();
  say(result.reply, false);
  const { speak: how } = state.preferences;
  if (how === "off") return again();
  now({ mode: "speaking" }); // the microphone stays shut: it would hear us
  await speak(how === "full" ? result.reply : result.speech, result.language);
  if (talk.mode !== "speaking") return;
  now({ mode: "idle" });
  again();
}

/** In a hands-free talk the next turn is the person's. */
function again() {
  if (handsFree() && !document.hidden && state.route.screen === "voice") begin();
}

whenSettled((item, result, error) => {
  if (item.kind !== "voice") return;
  if (error) update({ key: item.key, state: "failed", error: error.message });
  else answered(item.key, result);
});
