"""Each screen, light and dark, from a small phone to a desk: for everybody, and by keyboard."""

import asyncio
import shutil
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from tests.e2e.phone import DESK, Phone, opened, until
from tests.fakes.phone_api import PhoneApi

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
AXE = "axe-core@4.14.1"
VIEWS = {"small": {"width": 360, "height": 740}, "desk": DESK}
SCREENS = {
    "voice": "#/",
    "agents": "#/agents",
    "agent": "#/agents/agent-5",
    "question": "#/agents/agent-4",
    "settings": "#/settings",
}
# Controls that are lower than a finger is wide. A switch is as high as the label around it.
LOW = """
[...document.querySelectorAll("button, a[href], input, select, textarea")].filter((one) => {
  const box = (one.type === "checkbox" ? one.closest("label") : one).getBoundingClientRect();
  return box.width && !one.matches(".skip") && (box.height < 47.5 || box.width < 44);
}).map((one) => `${one.tagName} ${one.className} ${one.textContent}`.slice(0, 80))
"""


@pytest_asyncio.fixture(loop_scope="session", scope="session")
async def axe(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The script of axe-core, from the npm registry that this machine is configured for."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("npm is not installed")
    folder = tmp_path_factory.mktemp("axe")
    packing = await asyncio.create_subprocess_exec(
        npm, "pack", "--silent", AXE, cwd=folder, stdout=asyncio.subprocess.PIPE
    )
    out, _ = await asyncio.wait_for(packing.communicate(), 120)
    if packing.returncode:
        pytest.skip(f"npm has no {AXE} here")
    shutil.unpack_archive(folder / out.decode().split()[-1], folder)
    return (folder / "package/axe.min.js").read_text()


async def serious(phone: Phone, axe: str) -> list[str]:
    """Return what axe finds to be serious or worse on the page as it is."""
    await phone.page.evaluate(axe)
    found: list[dict[str, Any]] = await phone.page.evaluate(
        "axe.run(document, { resultTypes: ['violations'] }).then((all) => all.violations)"
    )
    return [
        f"{one['id']}: {node['html'][:160]} {node['any'] and node['any'][0]['message']}"
        for one in found
        if one["impact"] in {"serious", "critical"}
        for node in one["nodes"]
    ]


async def settled(phone: Phone) -> None:
    await expect(phone.page.locator(".link")).to_have_text("Live")
    await expect(phone.page.locator("[aria-busy=true]")).to_have_count(0)


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_screens_have_no_serious_finding_and_fit(
    chromium: Browser, api: PhoneApi, axe: str, scheme: str, view: str
) -> None:
    wrong: dict[str, list[str]] = {}
    async with opened(chromium, api, color_scheme=scheme, viewport=VIEWS[view]) as phone:
        for name, route in SCREENS.items():
            await phone.go(route)
            await settled(phone)
            tabs = ("log", "changes") if name == "agent" else ()
            for step in ("", *tabs):
                if step:
                    await phone.page.click(f"#tab-{step}")
                    await settled(phone)
                found = await serious(phone, axe) + await phone.page.evaluate(LOW)
                if await phone.page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                    found.append("wider than the screen")
                if found:
                    wrong[f"{name} {step}"] = found

    assert not wrong


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_cards_and_dialogs_have_no_serious_finding(
    chromium: Browser, api: PhoneApi, axe: str, scheme: str
) -> None:
    wrong: dict[str, list[str]] = {}
    async with opened(chromium, api, color_scheme=scheme) as phone:
        await phone.go()
        await phone.type("stop agent 5")
        await phone.type("pause something")
        await expect(phone.text("Which one do you mean?")).to_be_visible()
        wrong["cards"] = await serious(phone, axe)
        await phone.button("Talk instead").click()
        await phone.page.locator(".talk").click()
        await phone.page.wait_for_selector(".level")
        wrong["recording"] = await serious(phone, axe)
        await phone.page.keyboard.press("Escape")
        await phone.go("#/agents/agent-5")
        await phone.button("Stop").click()
        wrong["stop"] = await serious(phone, axe)
        await phone.go("#/agents")
        await phone.button("New agent").click()
        wrong["new"] = await serious(phone, axe) + await phone.page.evaluate(LOW)
        await phone.go("#/settings")
        await phone.button("Add a phone").click()
        await expect(phone.page.locator(".qr")).to_be_visible()
        wrong["pairing"] = await serious(phone, axe)

    assert not {name: found for name, found in wrong.items() if found}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("route", ["#/", "#/pair/ABCD-EFGH"])
async def test_sign_in_has_no_serious_finding(
    chromium: Browser, api: PhoneApi, axe: str, scheme: str, route: str
) -> None:
    async with opened(chromium, api, signed_in=False, color_scheme=scheme) as phone:
        await phone.go(route)
        found = await serious(phone, axe) + await phone.page.evaluate(LOW)

    assert not found


async def test_chosen_appearance_goes_before_the_devices(phone: Phone) -> None:
    ground = "getComputedStyle(document.body).backgroundColor"
    await phone.go("#/settings")
    light = await phone.page.evaluate(ground)
    await phone.button("Dark").click()
    dark = await phone.page.evaluate(ground)
    await phone.page.reload()
    await phone.page.wait_for_selector("h1")

    assert light != dark
    assert await phone.page.evaluate(ground) == dark


async def test_everything_can_be_reached_by_keyboard(phone: Phone, api: PhoneApi) -> None:
    page = phone.page
    await phone.go("#/")

    async def on(words: str) -> None:
        """Press Tab until what has the focus says *words*."""
        for _ in range(40):
            await page.keyboard.press("Tab")
            focused = await page.evaluate(
                "(document.activeElement.getAttribute('aria-label') || '') + ' ' +"
                " document.activeElement.textContent"
            )
            if words in focused and await page.evaluate(
                "document.activeElement.matches('a, button')"
            ):
                return
        pytest.fail(f"the focus never came to {words}")

    await on("Agents")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Agents")
    await expect(page.get_by_role("heading", level=1)).to_be_focused()
    await settled(phone)
    await on("Fix the login redirect loop")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", level=1)).to_be_focused()
    await settled(phone)
    await on("Stop")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("dialog")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await expect(phone.button("Stop")).to_be_focused()
    await page.keyboard.press("Enter")
    await on("Stop agent 5")
    await page.keyboard.press("Enter")

    await expect(page.locator(".facts .pill")).to_have_text("stopped")
    assert api.agents["agent-5"]["status"] == "cancelled"


async def test_agent_is_steered_from_its_page(phone: Phone, api: PhoneApi) -> None:
    await phone.go("#/agents/agent-5")
    await phone.button("Pause").click()
    await expect(phone.page.locator(".facts .pill")).to_have_text("paused")
    await phone.button("Resume").click()
    await expect(phone.page.locator(".facts .pill")).to_have_text("verifying")
    await phone.page.get_by_label("Message to the agent").fill("mind the tests")
    await phone.page.keyboard.press("Enter")
    await phone.page.click("#tab-log")

    await expect(phone.text("mind the tests")).to_be_visible()
    [message] = api.named("/api/agents/agent-5/messages")
    assert message.body == {"text": "mind the tests"}


async def test_question_is_answered_with_one_tap(phone: Phone, api: PhoneApi) -> None:
    await phone.go("#/agents/agent-4")
    await phone.page.locator(".option", has_text="Leave them").click()

    await expect(phone.text("The agent asks")).to_have_count(0)
    [answer] = api.named("/api/agents/agent-4/answer")
    assert answer.body == {"questionId": "q1", "text": "Leave them"}


async def test_question_from_a_notification_opens_the_microphone(
    phone: Phone, api: PhoneApi
) -> None:
    api.hears = "Copy the last year only"
    await phone.go("#/agents/agent-4?speak")
    await expect(phone.page.locator(".key.on")).to_be_visible()
    await phone.wait("window.recorded > 0")
    await phone.button("Answer by voice").click()
    await expect(phone.page.get_by_label("Your answer")).to_have_value("Copy the last year only")
    await phone.button("Answer").click()

    await expect(phone.text("The agent asks")).to_have_count(0)
    [answer] = api.named("/api/agents/agent-4/answer")
    assert answer.body["text"] == "Copy the last year only"


async def test_agent_is_started_from_the_form(phone: Phone, api: PhoneApi) -> None:
    await phone.go("#/agents")
    await phone.button("New agent").click()
    await phone.page.get_by_label("Task").fill("Tidy up the changelog")
    await phone.page.get_by_label("Repository").select_option("acme/payments-api")
    await phone.page.get_by_label("Budget per agent").fill("2.5")
    await phone.button("Start agent").click()

    await expect(phone.page.get_by_role("heading", level=1)).to_have_text("Tidy up the changelog")
    [made] = api.named("/api/agents")
    assert made.body == {
        "repo": "acme/payments-api",
        "task": "Tidy up the changelog",
        "budgetUsd": 2.5,
    }


async def test_settings_are_kept_on_the_server(phone: Phone, api: PhoneApi) -> None:
    await phone.go("#/settings")
    await phone.page.get_by_label("Default repository").select_option("acme/cadence-web")
    await until(lambda: api.settings["defaultRepo"], "the repository is kept")
    await phone.button("Off").click()
    await expect(phone.button("Off")).to_have_attribute("aria-pressed", "true")
    await phone.page.get_by_label("A pull request is ready").uncheck()
    await until(lambda: not api.settings["notify"]["pullRequest"], "the last one is kept")
    await phone.page.reload()
    await expect(phone.page.get_by_label("Default repository")).to_have_value("acme/cadence-web")

    assert api.settings["defaultRepo"] == "acme/cadence-web"
    assert api.settings["speak"] == "off"
    assert api.settings["notify"]["pullRequest"] is False
    assert api.settings["notify"]["failed"] is True


async def test_nothing_yet_is_said_with_a_way_on(chromium: Browser) -> None:
    async with opened(chromium, PhoneApi()) as phone:
        await phone.go("#/agents")
        await expect(phone.text("No agents yet")).to_be_visible()
        await phone.go("#/agents/nobody")
        await expect(phone.text("There is no such agent, or it is not yours.")).to_be_visible()
        await phone.go("#/")
        await expect(phone.text("Try saying")).to_be_visible()


async def test_reduced_motion_is_respected(chromium: Browser, api: PhoneApi) -> None:
    async with opened(chromium, api, reduced_motion="reduce") as phone:
        await phone.go("#/")
        await phone.page.locator(".talk").click()
        await phone.page.wait_for_selector(".level")
        running = await phone.page.evaluate("document.getAnimations().length")

    assert running == 0


async def test_change_of_many_files_is_folded_until_it_is_wanted(
    phone: Phone, api: PhoneApi
) -> None:
    patch = "@@ -1,300 +1,300 @@\n" + "\n".join(f"+line {n}" for n in range(300))
    file = {"status": "modified", "additions": 300, "deletions": 0, "patch": patch}
    files = [file | {"path": f"src/part_{n}.py"} for n in range(200)]
    api.diffs["agent-5"] = {"files": files, "truncated": True}
    await phone.go("#/agents/agent-5")
    await phone.page.click("#tab-changes")
    await expect(phone.text("src/part_199.py")).to_be_attached()
    assert await phone.page.locator(".code tr").count() == 0

    await phone.page.locator("summary", has_text="src/part_3.py").click()

    await expect(phone.page.locator(".code tr")).to_have_count(301)
    await expect(phone.text("The diff is longer than what is shown here.")).to_be_attached()


async def test_list_that_cannot_be_had_is_not_taken_for_an_empty_one(
    chromium: Browser, api: PhoneApi
) -> None:
    async with opened(chromium, api) as phone:
        broken = '{"type": "x", "title": "x", "status": 503, "detail": "Cadence is starting."}'
        await phone.page.route(
            "**/api/agents?*", lambda route: route.fulfill(status=503, body=broken)
        )
        await phone.go("#/agents")
        await expect(phone.text("Cadence is starting.").first).to_be_visible()
        assert await phone.text("No agents yet").count() == 0
        await phone.page.unroute("**/api/agents?*")
        await phone.page.locator(".empty").get_by_role("button", name="Refresh").click()

        await expect(phone.text("Upgrade the Expo SDK")).to_be_visible()


async def test_changes_that_overtake_each_other_are_all_kept(phone: Phone, api: PhoneApi) -> None:
    await phone.go("#/settings")
    await settled(phone)
    api.slow_s = 0.3
    await phone.button("Off").click()
    await phone.page.get_by_label("An agent failed").uncheck()
    # The answer to the first tells of a time before the second, which it must not undo.
    await expect(phone.page.get_by_text("Saved.")).to_be_visible()
    assert not await phone.page.get_by_label("An agent failed").is_checked()
    await phone.page.get_by_label("A budget is reached").uncheck()

    await until(lambda: len(api.named("/api/settings", "PUT")) == 3, "three changes were sent")
    await until(lambda: not api.settings["notify"]["budget"], "the last one is kept")
    assert api.settings["speak"] == "off"
    assert api.settings["notify"]["failed"] is False
