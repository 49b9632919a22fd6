"""The installed app: what the browser asks of it, pushes, a new version, and the first paint."""

import asyncio
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, CDPSession, Route, Worker, async_playwright, expect

from mobile_api.web_app import WebApp
from tests.e2e.phone import CHROMIUM, FAST_3G, PHONE, Phone, opened, served, until
from tests.fakes.phone_api import PhoneApi

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
FOLDER = Path(__file__).parents[2] / "mobile_api/web"


async def test_browser_finds_nothing_that_hinders_installing(
    api: PhoneApi, tmp_path: Path, chromium: Browser
) -> None:
    """Chromium judges only a profile that is not a private one."""
    del chromium  # it is there; this test needs a profile of its own
    async with served(api.application()) as base, async_playwright() as play:
        context = await play.chromium.launch_persistent_context(
            tmp_path, executable_path=_path(), viewport=PHONE
        )
        page = await context.new_page()
        await page.goto(f"{base}/app/")
        await page.evaluate("navigator.serviceWorker.ready.then(() => null)")
        devtools = await context.new_cdp_session(page)
        hindrances = await devtools.send("Page.getInstallabilityErrors")
        manifest = await devtools.send("Page.getAppManifest")
        await context.close()
        api.speaks = False

    assert hindrances["installabilityErrors"] == []
    assert manifest["errors"] == []
    told = json.loads(manifest["data"])
    assert {(icon["sizes"], icon.get("purpose")) for icon in told["icons"]} >= {
        ("192x192", None),
        ("512x512", None),
        ("512x512", "maskable"),
    }


def _path() -> str:
    return shutil.which(CHROMIUM) or CHROMIUM


SHOWN = """
self.registration.getNotifications().then((all) => all.map((one) => ({
  title: one.title, body: one.body, tag: one.tag, url: one.data.url,
  actions: one.actions.map((a) => a.action) })))
"""


async def worker_of(phone: Phone) -> Worker:
    await phone.kept()
    [worker] = phone.context.service_workers
    return worker


async def delivered(phone: Phone, data: str) -> list[dict[str, Any]]:
    """Let the browser receive a push; return the notifications that it shows."""
    devtools: CDPSession = await phone.context.new_cdp_session(phone.page)
    found: list[str] = []
    devtools.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda told: found.extend(one["registrationId"] for one in told["registrations"]),
    )
    await devtools.send("ServiceWorker.enable")
    await until(lambda: found, "the worker is registered")
    push = {"origin": phone.base, "registrationId": found[0], "data": data}
    worker = await worker_of(phone)
    for _ in range(10):
        # A browser that is busy may drop what DevTools hands in, as a push service may.
        await devtools.send("ServiceWorker.deliverPushMessage", push)
        for _ in range(100):
            shown: list[dict[str, Any]] = await worker.evaluate(SHOWN)
            if shown:
                return shown[:1]
            await asyncio.sleep(0.05)
    pytest.fail("no notification was shown")


@pytest.fixture
def allowed() -> dict[str, Any]:
    return {"permissions": ["microphone", "notifications"]}


async def test_push_shows_what_the_agent_needs(
    chromium: Browser, api: PhoneApi, allowed: dict[str, Any]
) -> None:
    told = {"title": "Move the audit log", "body": "Copy old entries?", "tag": "agent-4"}
    async with opened(chromium, api, **allowed) as phone:
        await phone.go()
        await phone.kept()
        shown = await delivered(
            phone, json.dumps(told | {"url": "/app/#/agents/agent-4", "kind": "question"})
        )

    assert shown == [told | {"url": "/app/#/agents/agent-4", "actions": ["speak"]}]


async def test_push_that_cannot_be_read_shows_something_all_the_same(
    chromium: Browser, api: PhoneApi, allowed: dict[str, Any]
) -> None:
    async with opened(chromium, api, **allowed) as phone:
        await phone.go()
        await phone.kept()
        [shown] = await delivered(phone, "{not json")

    assert shown["title"] == "Cadence"


@pytest.mark.parametrize(
    ("url", "route"),
    [
        pytest.param("/app/#/agents/agent-4", "#/agents/agent-4", id="the agent"),
        pytest.param("https://evil.example/app/#/x", "#/", id="not another site"),
        pytest.param("javascript:alert(1)", "#/", id="no script"),
    ],
)
async def test_tapped_notification_leads_to_its_agent_and_nowhere_else(
    chromium: Browser, api: PhoneApi, allowed: dict[str, Any], url: str, route: str
) -> None:
    async with opened(chromium, api, **allowed) as phone:
        await phone.go("#/settings")
        await phone.kept()
        await delivered(phone, json.dumps({"title": "t", "body": "b", "tag": "x", "url": url}))
        worker = await worker_of(phone)
        await worker.evaluate(
            "self.registration.getNotifications().then(([one]) => self.dispatchEvent("
            "new NotificationEvent('notificationclick', { notification: one, action: '' })))"
            ".then(() => null)"
        )
        await phone.wait(f"location.hash === {json.dumps(route)}")
        assert phone.page.url.startswith(phone.base)


async def test_test_button_says_what_came_of_it(phone: Phone) -> None:
    await phone.go("#/settings")
    await phone.button("Send a test").click()

    await expect(phone.text("No device is signed up.")).to_be_visible()
    await phone.button("What was sent").click()
    await expect(phone.page.locator(".lines", has_text="A test")).to_contain_text("Not sent")


async def test_device_is_signed_up_on_a_tap_and_again_at_the_next_start(
    chromium: Browser, api: PhoneApi, allowed: dict[str, Any]
) -> None:
    """Headless Chromium has no push service; what it would give is put in its place."""
    service = """
    PushManager.prototype.getSubscription = async () => window.kept || null;
    PushManager.prototype.subscribe = async (wish) => {
      window.wish = { visible: wish.userVisibleOnly, bytes: wish.applicationServerKey.length };
      return (window.kept = { unsubscribe: async () => true, toJSON: () => ({
        endpoint: "https://push.example/1", keys: { p256dh: "p", auth: "a" } }) });
    };
    """
    async with opened(chromium, api, **allowed) as phone:
        await phone.page.add_init_script(service)
        await phone.go("#/settings")
        await phone.kept()
        await phone.button("Turn on for this device").click()
        await expect(phone.button("Turn off for this device")).to_be_visible()
        assert await phone.page.evaluate("window.wish") == {"visible": True, "bytes": 65}
        assert api.subscriptions["s1"]["endpoint"] == "https://push.example/1"
        api.subscriptions.clear()
        await phone.page.reload()
        await until(lambda: api.subscriptions, "it is signed up again")


async def test_new_version_is_offered_and_taken_over_cleanly(
    chromium: Browser, api: PhoneApi, tmp_path: Path
) -> None:
    for path in FOLDER.rglob("*"):
        if path.is_file():
            copy = tmp_path / path.relative_to(FOLDER)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(path.read_bytes())
    async with opened(chromium, api) as phone:
        await phone.go()
        await phone.kept()
        texts = tmp_path / "texts/en.js"
        texts.write_text(texts.read_text().replace('"Hold to talk"', '"Press to talk"'))
        api.web = WebApp(tmp_path)
        await phone.page.evaluate(
            "navigator.serviceWorker.getRegistration().then((one) => one.update()).then(() => null)"
        )
        await expect(phone.text("A new version is ready.")).to_be_visible()
        await expect(phone.text("Hold to talk")).to_be_visible()
        await phone.button("Update").click()

        await expect(phone.text("Press to talk")).to_be_visible()
        assert await phone.page.evaluate("caches.keys()") == [api.web.version]


async def test_first_paint_waits_for_nothing_but_the_page(chromium: Browser, api: PhoneApi) -> None:
    """A second round trip would cost half a second; ``tests/bench/web.py`` takes the time."""
    may_go = asyncio.Event()

    async def hold(route: Route) -> None:
        if not route.request.is_navigation_request():
            await may_go.wait()
        await route.continue_()

    async with opened(chromium, api) as phone:
        await phone.page.route("**/*", hold)
        await phone.page.goto(f"{phone.base}/app/", wait_until="commit")
        await phone.wait("!!performance.getEntriesByName('first-contentful-paint')[0]")
        may_go.set()
        await expect(phone.text("Hold to talk")).to_be_visible()


async def test_app_is_usable_on_fast_3g(chromium: Browser, api: PhoneApi) -> None:
    async with opened(chromium, api) as phone:
        devtools = await phone.context.new_cdp_session(phone.page)
        await devtools.send("Network.enable")
        await devtools.send("Network.emulateNetworkConditions", FAST_3G)
        await phone.go()
        await expect(phone.text("Hold to talk")).to_be_visible(timeout=90_000)
        await expect(phone.text("Fix the login redirect loop")).to_be_visible(timeout=90_000)
