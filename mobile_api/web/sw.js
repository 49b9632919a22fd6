/** The service worker: keeps the shell, shows pushes, opens what they are about. */
const VERSION = "{{version}}";
const FILES = ["{{files}}"];
const SHELL = "/app/";
/** @type {any} */
const worker = self;

worker.addEventListener("install", (/** @type {any} */ event) =>
  event.waitUntil((async () => {
    const cache = await caches.open(VERSION);
    await cache.addAll([SHELL, ...FILES]);
    // A release that came in between would leave a shell whose files are not here.
    if (!(await (await cache.match(SHELL))?.text())?.includes(VERSION)) throw new Error("another release");
  })()));

worker.addEventListener("activate", (/** @type {any} */ event) =>
  event.waitUntil((async () => {
    for (const name of await caches.keys()) if (name !== VERSION) await caches.delete(name);
    await worker.clients.claim();
  })()));

worker.addEventListener("message", (/** @type {any} */ event) => {
  if (event.data === "take over") worker.skipWaiting();
});

worker.addEventListener("fetch", (/** @type {any} */ event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== location.origin) return;
  if (url.pathname === SHELL) event.respondWith(kept(SHELL, event.request));
  else if (FILES.includes(url.pathname)) event.respondWith(kept(url.pathname, event.request));
});

/** @param {string} path @param {Request} request */
async function kept(path, request) {
  const cache = await caches.open(VERSION);
  return (await cache.match(path)) || fetch(request);
}

worker.addEventListener("push", (/** @type {any} */ event) => {
  let told = { title: "Cadence", body: "Something happened.", tag: "", url: SHELL, kind: "" };
  try { told = { ...told, ...event.data.json() }; } catch { /* shown all the same: silence is punished */ }
  event.waitUntil(worker.registration.showNotification(String(told.title), {
    body: String(told.body), tag: String(told.tag) || undefined, renotify: !!told.tag,
    icon: FILES.find((file) => file.endsWith("icon-192.png")),
    data: { url: told.url },
    actions: told.kind === "question" ? [{ action: "speak", title: "Answer by voice" }] : [],
  }));
});

worker.addEventListener("notificationclick", (/** @type {any} */ event) => {
  event.notification.close();
  const asked = new URL(event.notification.data?.url || SHELL, location.origin);
  const url = asked.origin === location.origin && asked.pathname === SHELL ? asked : new URL(SHELL, location.origin);
  if (event.action === "speak" && url.hash) url.hash += "?speak";
  event.waitUntil((async () => {
    const open = await worker.clients.matchAll({ type: "window", includeUncontrolled: true });
    const page = open.find((/** @type {any} */ one) => new URL(one.url).pathname === SHELL);
    if (!page) return worker.clients.openWindow(url.href);
    page.postMessage({ go: url.hash || "#/" });
    return page.focus();
  })());
});

worker.addEventListener("pushsubscriptionchange", (/** @type {any} */ event) =>
  event.waitUntil(worker.clients.matchAll({ type: "window" }).then((/** @type {any[]} */ pages) =>
    pages.forEach((page) => page.postMessage({ resubscribe: true })))));
