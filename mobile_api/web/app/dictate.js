/** A microphone beside a field: what was said is written into it, to be looked at before it is sent. */
import { html, useEffect, useRef, useState } from "../vendor/preact.js";
import { call } from "./api.js";
import { canRecord, formOf, record } from "./recorder.js";
import { t } from "./text.js";
import { Icon, Wrong } from "./ui.js";

/** @param {{agent: Agent, now: boolean, onText: (text: string) => void}} of */
export function Speak({ agent, now, onText }) {
  const take = useRef(/** @type {import("./recorder.js").Take | null} */ (null));
  const [state, setState] = useState("idle");
  const [wrong, setWrong] = useState("");
  const finish = async () => {
    const audio = await take.current?.stop();
    take.current = null;
    setState("busy");
    try {
      if (!audio) throw new Error(t("noSound"));
      const heard = await call("POST", "/api/voice/transcripts", { form: formOf(audio, { focus: agent.id }), key: crypto.randomUUID(), wait: 30000 });
      onText(heard.transcript);
    } catch (error) { setWrong(/** @type {Error} */ (error).message); }
    setState("idle");
  };
  const toggle = async () => {
    setWrong("");
    if (take.current) return finish();
    try {
      take.current = await record({ onLimit: finish, onSilence: (spoke) => spoke && finish() });
      setState("on");
    } catch { setWrong(t("forbidden")); }
  };
  useEffect(() => {
    if (now) toggle();
    return () => take.current?.discard();
  }, []);
  if (!canRecord()) return null;
  return html`<button type="button" class=${"round key" + (state === "on" ? " on" : "")} aria-label=${t("answerVoice")} aria-pressed=${state === "on"} disabled=${state === "busy"} onClick=${toggle}><${Icon} name=${state === "on" ? "stop" : "mic"} /></button>
    <${Wrong} text=${wrong} />`;
}
