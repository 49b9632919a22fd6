/** Before anybody is known: sign in with GitHub, or with a code from a screen that is signed in. */
import { html, useState } from "../vendor/preact.js";
import { post } from "./api.js";
import { deviceName } from "./device.js";
import { t } from "./text.js";
import { LOGO, Wrong, useAct, useHeading } from "./ui.js";

/** @param {{code: string, onDone: () => Promise<any>}} of */
export function SignIn({ code, onDone }) {
  useHeading(t("title"));
  const [open, setOpen] = useState(!!code);
  const [busy, wrong, act] = useAct();
  const claim = (/** @type {any} */ event) => {
    event.preventDefault();
    const { code: typed, device } = Object.fromEntries(new FormData(event.target));
    act(async () => {
      await post("/api/auth/pair/claim", { code: String(typed).trim().toUpperCase(), device });
      location.hash = "#/";
      await onDone();
    });
  };
  return html`<main class="welcome" id="main" tabindex="-1">${LOGO}<h1 tabindex="-1">${t("title")}</h1><p>${t("signInText")}</p>
    ${open ? html`<form class="form card" onSubmit=${claim}><p class="quiet">${t("pairHelp")}</p>
        <label>${t("code")}<input name="code" class="big" required key=${code} defaultValue=${code} autocapitalize="characters" autocomplete="one-time-code" spellcheck="false" placeholder="ABCD-EFGH" /></label>
        <label>${t("deviceName")}<input name="device" required maxlength="80" defaultValue=${deviceName()} /></label>
        <${Wrong} text=${wrong} /><button class="button main" disabled=${busy}>${t("pair")}</button></form>` : null}
    ${!code && html`<a class="button main" href="/api/auth/github?returnTo=/app/" onClick=${() => sessionStorage.setItem("hash", location.hash)}>${t("signIn")}</a>`}
    ${!open && html`<button type="button" class="button plain" onClick=${() => setOpen(true)}>${t("codeHave")}</button>`}
  </main>`;
}
