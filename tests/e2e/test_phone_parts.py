"""The app comes in parts: the first screen at once, the others before anybody taps on them."""

import re
from typing import Any

import pytest
from playwright.async_api import Browser, Error, Route, expect

from tests.e2e.phone import Phone, opened
from tests.fakes.phone_api import PhoneApi

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
# The browser is idle when the test says so.
IDLE = "window.idle = []; window.requestIdleCallback = (run) => window.idle.push(run);"
FETCHED = """performance.getEntriesByType("resource").map((one) => new URL(one.name).pathname)
  .filter((path) => path.endsWith(".js") && path !== "/app/sw.js")"""
SCREENS = {
    "#/": "Voice",
    "#/agents": "Agents",
    "#/agents/agent-5": "Fix the login redirect loop",
    "#/settings": "Settings",
}


async def shell(phone: Phone) -> tuple[set[str], set[str]]:
    """Return the scripts that the shell preloads, and all that there are."""
    page = await (await phone.context.request.get(f"{phone.base}/app/")).text()
    worker = await (await phone.context.request.get(f"{phone.base}/app/sw.js")).text()
    first = re.findall(r'modulepreload" href="(.+?)"', page)
    return set(first), set(re.findall(r'"(/app/v/[^"]+\.js)"', worker))


async def test_first_screen_waits_for_its_own_scripts_only(phone: Phone) -> None:
    first, every = await shell(phone)
    await phone.page.add_init_script(IDLE)
    await phone.go()
    await expect(phone.page.locator(".link")).to_have_text("Live")
    await expect(phone.text("Fix the login redirect loop")).to_be_visible()
    assert set(await phone.page.evaluate(FETCHED)) == first

    await phone.page.evaluate("window.idle.forEach((run) => run())")
    await phone.wait(f"{FETCHED}.length >= {len(every)}")

    assert set(await phone.page.evaluate(FETCHED)) == every


async def test_sign_in_needs_little_more(chromium: Browser, api: PhoneApi) -> None:
    async with opened(chromium, api, signed_in=False) as phone:
        first, _ = await shell(phone)
        await phone.page.add_init_script(IDLE)
        await phone.go()
        more = set(await phone.page.evaluate(FETCHED)) - first

    assert {path.rsplit("/")[-1] for path in more} == {"signin.js", "device.js"}


async def test_nothing_is_fetched_twice_for_a_screen(phone: Phone) -> None:
    _, every = await shell(phone)
    await phone.go()
    await phone.wait(f"{FETCHED}.length >= {len(every)}")
    for route, title in SCREENS.items():
        await phone.go(route)
        await expect(phone.page.get_by_role("heading", level=1)).to_have_text(title)

    fetched = await phone.page.evaluate(FETCHED)
    assert len(fetched) == len(every)


@pytest.mark.parametrize("opened_at", SCREENS)
async def test_every_screen_opens_without_a_network(phone: Phone, opened_at: str) -> None:
    """Nothing is fetched when idle here: what comes, comes from the service worker."""
    await phone.go("#/agents/agent-5")
    await phone.page.click("#tab-changes")
    await expect(phone.text("web/sessions.py")).to_be_visible()
    await phone.kept()
    await phone.context.set_offline(True)
    await phone.page.add_init_script(IDLE)
    await phone.page.goto(f"{phone.base}/app/{opened_at}")
    await phone.page.reload()

    await expect(phone.page.get_by_role("heading", level=1)).to_have_text(SCREENS[opened_at])
    for route, title in SCREENS.items():
        await phone.page.goto(f"{phone.base}/app/{route}")
        await expect(phone.page.get_by_role("heading", level=1)).to_have_text(title)
        await expect(phone.page.get_by_role("heading", level=1)).to_be_focused()
    await phone.page.goto(f"{phone.base}/app/#/agents/agent-5")
    await phone.page.click("#tab-changes")
    await expect(phone.text("web/sessions.py")).to_be_visible()
    await phone.page.goto(f"{phone.base}/app/#/")
    await phone.type("fix the date parser")
    await expect(phone.text("Queued: will be sent").first).to_be_visible()
    await phone.button("Talk instead").click()
    await phone.page.locator(".talk").click()
    await phone.recorded()


async def test_sign_in_opens_without_a_network(chromium: Browser, api: PhoneApi) -> None:
    async with opened(chromium, api, signed_in=False) as phone:
        await phone.go()
        await phone.kept()
        await phone.context.set_offline(True)
        await phone.page.add_init_script(IDLE)
        await phone.page.reload()

        await expect(phone.page.get_by_role("link", name="Sign in with GitHub")).to_be_visible()


async def test_part_that_cannot_be_had_is_told(chromium: Browser, api: PhoneApi) -> None:
    """As after a release that came between, where no service worker keeps the old one."""
    wish: dict[str, Any] = {"service_workers": "block"}
    async with opened(chromium, api, **wish) as phone:
        await phone.page.route("**/settings.js", refuse)
        await phone.page.add_init_script(IDLE)
        await phone.go()
        await phone.page.get_by_role("link", name="Settings").click()
        await expect(phone.text("The server cannot be reached.")).to_be_visible()
        await phone.page.get_by_role("link", name="Agents").click()
        await expect(phone.page.get_by_role("heading", level=1)).to_have_text("Agents")
        await phone.page.get_by_role("link", name="Settings").click()
        await phone.page.unroute("**/settings.js")
        await phone.button("Reload").click()

        await expect(phone.page.get_by_role("heading", level=1)).to_have_text("Settings")


async def refuse(route: Route) -> None:
    await route.fulfill(status=404)


async def test_script_of_another_site_is_not_imported(phone: Phone) -> None:
    """The policy holds for what comes later, too."""
    await phone.go()
    for url in ("https://evil.example/x.js", "data:text/javascript,0", "blob:x"):
        with pytest.raises(Error, match="Failed to fetch"):
            await phone.page.evaluate(f"import({url!r}).then(() => null)")
    phone.trouble.clear()  # the browser's own words about its policy
