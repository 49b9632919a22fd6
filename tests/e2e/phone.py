"""A phone in a test: a page of Chromium, signed in; what goes wrong in it fails the test."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer
from playwright.async_api import Browser, BrowserContext, Locator, Page, ViewportSize

from tests.fakes.phone_api import PhoneApi

CHROMIUM = "chromium"
MICROPHONE = ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"]
PHONE = ViewportSize(width=390, height=844)
DESK = ViewportSize(width=1280, height=800)
# DevTools' "Fast 3G": 562 ms to the first byte of each answer, 1.44 Mbit/s.
FAST_3G = {
    "offline": False,
    "latency": 562.5,
    "downloadThroughput": 1.6 * 1024 * 1024 / 8 * 0.9,
    "uploadThroughput": 750 * 1024 / 8 * 0.9,
}
SOON_S = 30.0
# Counts what the microphone gave, so that a test can wait until there is something to send.
_RECORDED = """
window.recorded = 0;
window.MediaRecorder = class extends MediaRecorder {
  constructor(...how) {
    super(...how);
    window.recorded = 0;
    this.addEventListener("dataavailable", ({ data }) => { window.recorded += data.size; });
  }
};
"""
# What the browser itself writes when a request fails; tests make requests fail on purpose.
_EXPECTED = ("Failed to load resource", "net::ERR")


@dataclass
class Phone:
    """One person's phone."""

    base: str
    context: BrowserContext
    page: Page
    trouble: list[str] = field(default_factory=list)

    def notice(self, text: str) -> None:
        if not any(words in text for words in _EXPECTED):
            self.trouble.append(text)

    async def go(self, route: str = "#/") -> None:
        """Open a screen and wait until it stands."""
        await self.page.goto(f"{self.base}/app/{route}")
        await self.page.wait_for_selector("h1")

    async def kept(self) -> None:
        """Wait until the service worker has the shell and this page."""
        await self.page.evaluate(
            "navigator.serviceWorker.ready.then(() => navigator.serviceWorker.controller ||"
            " new Promise((done) => navigator.serviceWorker.oncontrollerchange = done))"
            ".then(() => null)"
        )

    async def type(self, text: str) -> None:
        """Type a command on the first screen."""
        if await self.page.locator(".dock input").count() == 0:
            await self.button("Type instead").click()
        await self.page.fill(".dock input", text)
        await self.page.keyboard.press("Enter")

    async def recorded(self) -> None:
        """Wait until the open microphone has given something."""
        await self.page.wait_for_selector(".level")
        await self.wait("window.recorded > 0")

    def button(self, name: str, *, exact: bool = True) -> Locator:
        return self.page.get_by_role("button", name=name, exact=exact)

    def text(self, words: str) -> Locator:
        """Return where *words* stand on the screen; messages that pass are elsewhere."""
        return self.page.locator("main").get_by_text(words)

    async def wait(self, expression: str, *, within_s: float = SOON_S) -> None:
        """Wait until *expression* holds; Playwright's own way is closed by the page's policy."""
        end = time.monotonic() + within_s
        while not await self.page.evaluate(expression):
            assert time.monotonic() < end, expression
            await asyncio.sleep(0.02)


@asynccontextmanager
async def served(app: web.Application, port: int = 0) -> AsyncIterator[str]:
    """Serve *app* on loopback; yield its address."""
    server = TestServer(app, port=port or None)
    await server.start_server(shutdown_timeout=0.1)
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        await server.close()


@asynccontextmanager
async def opened(
    browser: Browser, api: PhoneApi, *, signed_in: bool = True, **more: Any
) -> AsyncIterator[Phone]:
    """Open the app against the stand-in."""
    api.speaks = True
    async with served(api.application()) as base:
        cookies = api.sign_in() if signed_in else {}
        async with held(browser, base, cookies, **more) as phone:
            yield phone
        api.speaks = False


@asynccontextmanager
async def held(
    browser: Browser, base: str, cookies: dict[str, str], **more: Any
) -> AsyncIterator[Phone]:
    """Open the app at *base*, whoever serves it; errors on the page fail the test."""
    context = await browser.new_context(**{"viewport": PHONE, "permissions": ["microphone"]} | more)
    try:
        jar = [{"name": name, "value": value, "url": base} for name, value in cookies.items()]
        if jar:
            await context.add_cookies(jar)  # type: ignore[arg-type]  # a TypedDict of plain values
        await context.add_init_script(_RECORDED)
        phone = Phone(base, context, await context.new_page())
        phone.page.on("pageerror", lambda error: phone.trouble.append(str(error)))
        phone.page.on(
            "console", lambda line: phone.notice(line.text) if line.type == "error" else None
        )
        yield phone
        assert not phone.trouble, phone.trouble
    finally:
        await context.close()


async def until(claim: Callable[[], object], what: str, *, within_s: float = SOON_S) -> None:
    """Wait until *claim* holds."""
    end = time.monotonic() + within_s
    while not claim():
        assert time.monotonic() < end, what
        await asyncio.sleep(0.02)
