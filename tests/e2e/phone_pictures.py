"""Take the pictures in docs/phone: python -m tests.e2e.phone_pictures FOLDER."""

import asyncio
import shutil
import sys
from pathlib import Path

from playwright.async_api import Browser, async_playwright, expect

from tests.e2e.phone import CHROMIUM, DESK, MICROPHONE, PHONE, Phone, opened
from tests.fakes.phone_street import a_good_day


async def taken(phone: Phone, folder: Path, name: str) -> None:
    await expect(phone.page.locator("[aria-busy=true]")).to_have_count(0)
    await phone.page.wait_for_timeout(400)  # bars and buttons move to their places
    await phone.page.screenshot(path=folder / f"{name}.png")


async def on_a_phone(browser: Browser, folder: Path, scheme: str) -> None:
    async with opened(browser, a_good_day(), color_scheme=scheme, viewport=PHONE) as phone:
        await phone.go()
        await expect(phone.page.locator(".link")).to_have_text("Live")
        await phone.page.locator(".talk").click()
        await phone.page.wait_for_selector(".level")
        await phone.page.wait_for_timeout(2500)
        await taken(phone, folder, f"talking-{scheme}")
        await phone.page.keyboard.press("Escape")
        await phone.type("Stop the login agent 5")
        await expect(phone.button("Stop it")).to_be_visible()
        await phone.button("Talk instead").click()
        await phone.page.wait_for_timeout(6000)  # until the passing message is gone
        await taken(phone, folder, f"voice-{scheme}")
        await phone.go("#/agents")
        await taken(phone, folder, f"agents-{scheme}")
        await phone.go("#/agents/agent-5")
        await taken(phone, folder, f"agent-{scheme}")
        for tab in ("log", "changes"):
            await phone.page.click(f"#tab-{tab}")
            await taken(phone, folder, f"{tab}-{scheme}")
        await phone.go("#/agents/agent-4")
        await taken(phone, folder, f"question-{scheme}")
        await phone.go("#/settings")
        await taken(phone, folder, f"settings-{scheme}")


async def on_a_desk(browser: Browser, folder: Path, scheme: str) -> None:
    async with opened(browser, a_good_day(), color_scheme=scheme, viewport=DESK) as phone:
        await phone.go("#/agents/agent-5")
        await phone.page.click("#tab-changes")
        await taken(phone, folder, f"desk-{scheme}")


async def main(folder: Path) -> None:
    async with async_playwright() as play:
        path = shutil.which(CHROMIUM)
        browser = await play.chromium.launch(executable_path=path, args=MICROPHONE)
        for scheme in ("light", "dark"):
            await on_a_phone(browser, folder, scheme)
            await on_a_desk(browser, folder, scheme)
            async with opened(browser, a_good_day(), signed_in=False, color_scheme=scheme) as phone:
                await phone.go()
                await taken(phone, folder, f"sign-in-{scheme}")
        await browser.close()


if __name__ == "__main__":
    place = Path(sys.argv[1])
    place.mkdir(parents=True, exist_ok=True)
    asyncio.run(main(place))
