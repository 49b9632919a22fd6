/** What is seen while somebody talks: the wave, and the time that is left. */
import { html, useEffect, useRef } from "../vendor/preact.js";
import { talk } from "./talk.js";
import { t } from "./text.js";
import { useTick } from "./ui.js";

export function Level() {
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
