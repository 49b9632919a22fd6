"""``python -m tests.bench.web``: the web app's first paint and its longest log, in Chromium."""

import asyncio
import shutil
from typing import Any

from playwright.async_api import Browser, async_playwright

from tests.e2e.phone import CHROMIUM, FAST_3G, MICROPHONE, opened
from tests.e2e.test_phone_log import LINES, dragged
from tests.fakes.phone_street import a_good_day

PAINT = "performance.getEntriesByName('first-contentful-paint')[0]"
ROUNDS = 5


async def first_visit(browser: Browser, line: dict[str, Any] | None) -> float:
    """Return the milliseconds until something was painted, for somebody who was never here."""
    async with opened(browser, a_good_day()) as phone:
        if line is not None:
            devtools = await phone.context.new_cdp_session(phone.page)
            await devtools.send("Network.enable")
            await devtools.send("Network.emulateNetworkConditions", line)
        await phone.page.goto(f"{phone.base}/app/", wait_until="commit")
        await phone.wait(f"!!{PAINT}")
        found: float = await phone.page.evaluate(f"{PAINT}.startTime")
    return found


async def log(browser: Browser, lines: int) -> dict[str, float]:
    """Return what dragging a log of *lines* lines costs."""
    api = a_good_day()
    async with opened(browser, api) as phone:
        return await dragged(phone, api, lines)


async def measure() -> None:
    """Measure, and print a line for each."""
    async with async_playwright() as play:
        browser = await play.chromium.launch(
            executable_path=shutil.which(CHROMIUM), args=MICROPHONE
        )
        for name, line in (("loopback", None), ("Fast 3G", FAST_3G)):
            times = sorted([await first_visit(browser, line) for _ in range(ROUNDS)])
            print(f"first paint, {name}: {times[ROUNDS // 2]:.0f} ms (worst {times[-1]:.0f})")
        for lines in (LINES // 10, LINES):
            found = await log(browser, lines)
            print(
                f"log of {lines} lines: frame {found['frame']:.0f} ms, slow {found['slow']:.0f} ms,"
                f" {found['rows']:.0f} rows in the page, {found['made']:.0f} nodes made"
            )
        await browser.close()


if __name__ == "__main__":
    asyncio.run(measure())
