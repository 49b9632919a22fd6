"""Everything from the network is data: nothing in it becomes markup, script or a way out."""

import json

import pytest
from aiohttp import web
from playwright.async_api import Browser, expect

from tests.e2e.phone import DESK, Phone, opened, served
from tests.fakes.phone_api import PhoneApi

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
EVIL = (
    "<img src=x onerror=\"window.hit='img'\"><script>window.hit='script'</script>"
    "</b></a><svg onload=\"window.hit='svg'\">${window.hit='template'}\u202e{{7*7}}"
)
SPREAD = {"__html": EVIL, "dangerouslySetInnerHTML": {"__html": EVIL}, "constructor": EVIL}


def poisoned(api: PhoneApi) -> None:
    """Put markup wherever somebody else's words are shown."""
    agent = api.agents["agent-5"]
    agent |= dict.fromkeys(
        ("title", "repoName", "branch", "taskDescription", "phase", "reason", "model"), EVIL
    )
    agent |= {"place": EVIL, "placeNote": EVIL, "plan": [{"text": EVIL, "done": True}]}
    agent["metadata"] |= {"prUrl": "javascript:window.hit='link'", "prNumber": 3}
    agent["question"] = {"id": EVIL, "text": EVIL, "options": [EVIL]}
    api.repos[0]["fullName"] = EVIL
    api.repos[0]["defaultBranch"] = EVIL
    api.devices[1]["device"] = EVIL
    api.settings["models"] = [EVIL]
    kinds = ("text", "log", "phase", "question", "answer", "message", "commit", "tool_call")
    more = ("tool_result", "usage", "verification", "paused", "pull request", EVIL, "__proto__")
    fields = dict.fromkeys(
        ("text", "phase", "by", "sha", "subject", "name", "output", "outcome", "stage"), EVIL
    ) | {"command": EVIL, "outputTail": EVIL, "exitCode": EVIL, "input": {"command": EVIL}}
    api.logs["agent-5"] = [
        {"seq": n, "kind": kind, "at": "2026-11-26T10:00:00Z", "data": fields | SPREAD}
        for n, kind in enumerate([*kinds, *more], 1)
    ]
    patch = f"@@ -1 +1 @@ {EVIL}\n-{EVIL}\n+{EVIL}\n"
    file = {"path": EVIL, "oldPath": EVIL, "status": EVIL, "additions": 1, "deletions": 1}
    api.diffs["agent-5"] = {"files": [file | {"patch": patch}], "truncated": True}


async def clean(phone: Phone) -> None:
    """Nothing of it ran, and nothing of it became an element."""
    assert await phone.page.evaluate("window.hit") is None
    assert await phone.page.locator("#app script, #app svg[onload], #app img[src=x]").count() == 0


async def test_hostile_words_stay_words_on_every_screen(phone: Phone, api: PhoneApi) -> None:
    poisoned(api)
    for route in ("#/", "#/agents", "#/settings", "#/agents/agent-5"):
        await phone.go(route)
        await expect(phone.page.get_by_text("<script>").first).to_be_attached()
        await clean(phone)
    for tab in ("log", "changes", "overview"):
        await phone.page.click(f"#tab-{tab}")
        await expect(phone.page.locator("#panel").get_by_text("onerror").first).to_be_attached()
        await clean(phone)


async def test_link_that_is_a_script_is_no_link(phone: Phone, api: PhoneApi) -> None:
    poisoned(api)
    await phone.go("#/agents/agent-5")
    await expect(phone.text("onerror").first).to_be_visible()

    targets = await phone.page.evaluate("[...document.links].map((one) => one.protocol)")
    assert set(targets) == {"http:"}


async def test_hostile_answer_to_a_command_stays_words(phone: Phone, api: PhoneApi) -> None:
    poisoned(api)
    await phone.go()
    await phone.type(EVIL)
    await phone.type("pause something")
    await expect(phone.text("Which one do you mean?")).to_be_visible()

    await clean(phone)


async def test_code_in_the_address_stays_words(chromium: Browser, api: PhoneApi) -> None:
    async with opened(chromium, api, signed_in=False) as phone:
        await phone.go(f"#/pair/{'%3Cimg%20src%3Dx%20onerror%3Dwindow.hit%3D1%3E'}")
        await expect(phone.page.get_by_label("Code")).to_have_value(
            "<img src=x onerror=window.hit=1>"
        )
        await clean(phone)


async def test_address_that_cannot_be_read_opens_the_app(phone: Phone) -> None:
    for route in ("#/agents/%E0%A4%A", "#/nowhere", "#//", "#/agents/../../x"):
        await phone.go(route)
        await clean(phone)


async def test_page_of_somebody_else_cannot_frame_the_app(chromium: Browser, api: PhoneApi) -> None:
    async def trap(_request: web.Request) -> web.Response:
        return web.Response(
            text=f'<h1>Win a phone</h1><iframe src="{base}/app/"></iframe>',
            content_type="text/html",
        )

    async with served(api.application()) as base:
        app = web.Application()
        app.router.add_get("/", trap)
        async with served(app) as other:
            page = await chromium.new_page()
            lines: list[str] = []
            page.on("console", lambda line: lines.append(line.text))
            await page.goto(other.replace("127.0.0.1", "localhost"))
            await page.wait_for_load_state("networkidle")
            inside = page.frames[1]
            assert await inside.locator("#app").count() == 0
            assert any("frame-ancestors" in line for line in lines), lines
            await page.close()


async def test_injected_script_does_not_run_even_if_it_got_in(phone: Phone) -> None:
    """The policy is the second wall: the app itself must never build the first hole."""
    await phone.go()
    outcome = await phone.page.evaluate(
        """() => {
          const script = document.createElement("script");
          const acts = {
            markup: () => document.body.insertAdjacentHTML("beforeend", "<img src=x>"),
            script: () => { script.textContent = "window.hit = 1"; document.body.append(script); },
          };
          const tried = {};
          for (const [name, act] of Object.entries(acts)) {
            try { act(); tried[name] = "done"; } catch (error) { tried[name] = error.name; }
          }
          return tried;
        }"""
    )
    assert outcome == {"markup": "TypeError", "script": "TypeError"}, json.dumps(outcome)
    assert await phone.page.evaluate("window.hit") is None
    assert phone.trouble
    phone.trouble.clear()


async def test_wide_screen_keeps_hostile_words_inside(chromium: Browser, api: PhoneApi) -> None:
    poisoned(api)
    api.agents["agent-5"]["title"] = "x" * 4000
    for view in ({"width": 360, "height": 740}, DESK):
        async with opened(chromium, api, viewport=view) as phone:
            for route in ("#/", "#/agents", "#/agents/agent-5", "#/settings"):
                await phone.go(route)
                await expect(phone.page.locator(".link")).to_have_text("Live")
                wide = await phone.page.evaluate("document.documentElement.scrollWidth")
                assert wide <= view["width"], route
