/** A question that must be answered first. */
import { html, useEffect, useRef } from "../vendor/preact.js";
import { t } from "./text.js";
import { Button } from "./ui.js";

/** @param {{title: string, text?: string, yes?: string, no?: string, onYes?: () => void, onClose: () => void, danger?: boolean, children?: any}} of */
export function Dialog({ title, text, yes, no = t("keep"), onYes, onClose, danger, children }) {
  const box = useRef(/** @type {any} */ (null));
  useEffect(() => { box.current.showModal(); }, []);
  return html`<dialog ref=${box} onClose=${onClose} aria-labelledby="dialog-title">
    <h2 id="dialog-title">${title}</h2>${text && html`<p>${text}</p>`}${children}
    ${yes && html`<div class="pair"><${Button} onClick=${() => box.current.close()}>${no}<//>
      <${Button} kind=${danger ? "danger" : "main"} onClick=${() => { box.current.close(); onYes?.(); }}>${yes}<//></div>`}
  </dialog>`;
}
