/** Notifications on this device: signed up on a tap, brought in step again at each start. */
import { call, get, post } from "./api.js";
import { deviceName } from "./device.js";
import { keepLocal, local } from "./store.js";
import { t } from "./text.js";

export const canPush = () => "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;
/** Apple gives push to installed apps only. */
export const mustInstall = () => /iPhone|iPad/.test(navigator.userAgent) && !matchMedia("(display-mode: standalone)").matches;
export const isSubscribed = () => local("push") !== null && local("push") !== "" && Notification.permission === "granted";

/** @param {string} key */
function bytes(key) {
  const plain = atob(key.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(plain, (c) => c.charCodeAt(0));
}

/** Call this inside a tap: browsers ask the person only then. */
export async function subscribe() {
  if ((await Notification.requestPermission()) !== "granted") throw new Error(t("n_denied"));
  await enrol();
}

async function enrol() {
  const [{ publicKey }, worker] = await Promise.all([get("/api/push/key"), navigator.serviceWorker.ready]);
  let found = await worker.pushManager.getSubscription();
  if (found && local("pushKey") !== publicKey) { await found.unsubscribe(); found = null; }
  found ||= await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(publicKey) });
  const { endpoint, keys } = found.toJSON();
  const { id } = await post("/api/push/subscriptions", { endpoint, keys, device: deviceName() });
  keepLocal("push", id);
  keepLocal("pushKey", publicKey);
}

export async function unsubscribe() {
  const id = local("push");
  keepLocal("push", "");
  const worker = await navigator.serviceWorker.ready;
  await (await worker.pushManager.getSubscription())?.unsubscribe();
  if (id) await call("DELETE", "/api/push/subscriptions/" + encodeURIComponent(id));
}

/** At each start: subscriptions die quietly, and the server must know the one that lives. */
export const resync = () => (canPush() && isSubscribed() ? enrol().catch(() => {}) : undefined);
