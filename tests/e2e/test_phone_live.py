"""What happens to agents is seen as it happens, and the app says when it no longer sees it."""

from typing import Any

import pytest
from playwright.async_api import Browser, Route, expect

from tests.e2e.phone import Phone, held, opened, served, until
from tests.fakes.phone_api import PhoneApi

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_list_follows_without_being_asked(phone: Phone, api: PhoneApi) -> None:
    await phone.go("#/agents")
    card = phone.page.locator(".card", has_text="Fix the login redirect loop")
    await expect(card.locator(".pill")).to_have_text("verifying")
    await expect(phone.page.locator(".link")).to_have_text("Live")

    await api.change("agent-5", status="completed", metadata={"prUrl": "https://x.example/1"})

    await expect(card.locator(".pill")).to_have_text("PR ready")


async def test_older_news_do_not_undo_newer_ones(phone: Phone, api: PhoneApi) -> None:
    await phone.go("#/agents")
    await expect(phone.page.locator(".link")).to_have_text("Live")
    old = dict(api.agents["agent-5"])
    await api.change("agent-5", status="paused")
    card = phone.page.locator(".card", has_text="Fix the login redirect loop")
    await expect(card.locator(".pill")).to_have_text("paused")

    await api.tell("agent", old)
    await api.change("agent-3", title="A later piece of news")

    await expect(phone.text("A later piece of news")).to_be_visible()
    await expect(card.locator(".pill")).to_have_text("paused")


async def test_stream_goes_on_after_a_restart_where_it_was(
    chromium: Browser, api: PhoneApi
) -> None:
    async with served(api.application()) as base:
        port = int(base.rsplit(":", 1)[1])
        async with held(chromium, base, api.sign_in()) as phone:
            await phone.go("#/agents/5")
            await phone.page.click("#tab-log")
            await api.change("agent-3", title="Before the restart")
            await api.write("agent-5", "text", text="said before the restart")
            await expect(phone.text("said before the restart")).to_be_visible()
            await phone.go("#/agents")
            await expect(phone.text("Before the restart")).to_be_visible()
            api.speaks = False
            await until(lambda: api.streams_open == 0, "the streams are closed")
            await phone.page.context.set_offline(True)
            await api.change("agent-3", title="While it was away")
            api.speaks = True
            await phone.page.context.set_offline(False)

            await expect(phone.text("While it was away")).to_be_visible()
            await expect(phone.page.locator(".link")).to_have_text("Live")
            assert any(api.last_event_ids)
            assert port


async def test_silent_stream_is_taken_for_lost(phone: Phone, api: PhoneApi) -> None:
    api.beats = False
    await phone.page.clock.install()
    await phone.go("#/agents")
    await expect(phone.page.locator(".link")).to_have_text("Live")
    opened_before = len(api.last_event_ids)

    await phone.page.clock.run_for(20_000)  # beside it the real time goes on
    assert len(api.last_event_ids) == opened_before
    await phone.page.clock.run_for(25_000)

    await until(lambda: len(api.last_event_ids) > opened_before, "it connects again")


async def test_list_is_asked_for_where_no_stream_comes_through(
    chromium: Browser, api: PhoneApi
) -> None:
    async with opened(chromium, api) as phone:
        await phone.page.route("**/api/events", lambda route: route.fulfill(status=502))
        await phone.page.clock.install()
        await phone.go("#/agents")
        await expect(phone.text("Fix the login redirect loop")).to_be_visible()
        await api.change("agent-3", title="Seen by asking")
        await phone.page.clock.run_for(17_000)

        await expect(phone.text("Seen by asking")).to_be_visible()
        await expect(phone.page.locator(".link")).to_have_text("Every 10 s")


async def test_session_that_ran_out_is_renewed_without_a_word(phone: Phone, api: PhoneApi) -> None:
    await phone.go("#/agents")
    await expect(phone.page.locator(".link")).to_have_text("Live")
    api.sessions.clear()

    await phone.button("Refresh").click()

    await expect(phone.page.locator(".asks", has_text="what was known last")).to_have_count(0)
    await until(lambda: len(api.sessions) == 1, "one new session")
    assert len(api.named("/api/auth/refresh")) == 1


async def test_session_that_ended_leads_to_the_sign_in(phone: Phone, api: PhoneApi) -> None:
    await phone.go("#/agents/5")
    await expect(phone.text("Plan").first).to_be_visible()

    # Not before: whatever else the app asks for then leads there, too.
    async def ends(route: Route) -> None:
        api.sessions.clear()
        api.refresh_tokens.clear()
        await route.continue_()

    await phone.page.route("**/pause", ends)
    await phone.button("Pause").click()

    await expect(phone.page.get_by_role("link", name="Sign in with GitHub")).to_be_visible()


async def test_signing_in_leads_back_to_the_agent(chromium: Browser, api: PhoneApi) -> None:
    async with opened(chromium, api, signed_in=False) as phone:
        await phone.go("#/agents/5")
        await phone.page.get_by_role("link", name="Sign in with GitHub").click()

        await expect(phone.page.get_by_role("heading", level=1)).to_have_text(
            "Fix the login redirect loop"
        )


async def test_another_device_signs_in_with_the_code(chromium: Browser, api: PhoneApi) -> None:
    async with opened(chromium, api) as first:
        await first.go("#/settings")
        await first.button("Add a phone").click()
        await expect(first.page.locator(".qr")).to_be_visible()
        code = await first.page.locator("dialog .big").inner_text()
        async with held(chromium, first.base, {}) as second:
            await second.go(f"#/pair/{code}")
            await second.page.get_by_label("Name of this device").fill("Old tablet")
            await second.button("Sign in on this device").click()
            await expect(second.page.get_by_role("heading", level=1)).to_have_text("Voice")
        await first.page.locator("dialog").get_by_role("button", name="Done").click()

        await expect(first.text("Old tablet")).to_be_visible()


async def test_code_works_once(chromium: Browser, api: PhoneApi) -> None:
    async with opened(chromium, api, signed_in=False) as phone:
        await phone.go("#/pair/ABCD-EFGH")
        await phone.button("Sign in on this device").click()

        await expect(phone.page.get_by_role("alert")).to_have_text(
            "That code is not known, or it was used already."
        )
        asked = [one.path for one in api.calls]
        assert asked.count("/api/auth/refresh") == 1  # at the start, not for the code


async def test_server_that_stumbles_at_a_refresh_signs_nobody_out(
    phone: Phone, api: PhoneApi
) -> None:
    await phone.go("#/agents")
    await expect(phone.page.locator(".link")).to_have_text("Live")
    await phone.page.route("**/api/auth/refresh", lambda route: route.fulfill(status=503))
    api.sessions.clear()

    await phone.button("Refresh").click()

    await expect(phone.page.locator(".asks", has_text="HTTP 503")).to_be_visible()
    await expect(phone.text("Fix the login redirect loop")).to_be_visible()


async def test_log_goes_on_when_a_stopped_agent_is_tried_again(phone: Phone, api: PhoneApi) -> None:
    await phone.go("#/agents/agent-2")
    await phone.page.click("#tab-log")
    await phone.button("Try again").click()
    await expect(phone.page.locator(".facts .pill")).to_have_text("queued")
    await api.write("agent-2", "text", text="second attempt")

    await expect(phone.text("second attempt")).to_be_visible()


async def test_page_that_nobody_looks_at_holds_no_connection(phone: Phone, api: PhoneApi) -> None:
    """Browsers open six to a server: a few forgotten tabs would stop the app in all of them."""
    await phone.page.add_init_script(
        "Object.defineProperty(document, 'hidden', { get: () => !!window.away });"
        "window.look = (away) => { window.away = away;"
        " document.dispatchEvent(new Event('visibilitychange')); };"
    )
    await phone.page.clock.install()
    await phone.go("#/agents/agent-5")
    await until(lambda: api.streams_open == 2, "both streams are open")
    await api.change("agent-5", title="Before it was put away")
    await expect(phone.text("Before it was put away").first).to_be_visible()
    await phone.page.evaluate("look(true)")
    await phone.page.clock.run_for(31_000)
    await until(lambda: api.streams_open == 0, "both streams are closed")
    await api.change("agent-5", title="While nobody looked")
    await phone.page.evaluate("look(false)")

    await expect(phone.text("While nobody looked").first).to_be_visible()
    await until(lambda: api.streams_open == 2, "both streams are open again")
    assert api.last_event_ids[-1] == "1"


# What the page says of who looks at it, in the moment in which it does.
SEEN = """
window.seen = [];
const send = window.fetch;
window.fetch = (path, more) => {
  if (path === "/api/push/seen") window.seen.push(JSON.parse(more.body));
  return send(path, more);
};
Object.defineProperty(document, "hidden", { get: () => !!window.away });
"""


async def watched(phone: Phone) -> None:
    """Open the app with a clock of the test's, until it tells who looks."""
    await phone.page.add_init_script(SEEN)
    await phone.page.clock.install()
    await phone.go("#/agents/agent-5")
    await expect(phone.page.locator(".link")).to_have_text("Live")
    await phone.kept()


async def told(phone: Phone) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = await phone.page.evaluate("window.seen.splice(0)")
    return found


async def test_notifications_are_held_back_for_two_minutes_after_a_touch(phone: Phone) -> None:
    await watched(phone)
    await phone.page.mouse.move(9, 9)
    await told(phone)
    await phone.page.clock.run_for(10_000)
    assert {"agentId": "agent-5", "visible": True, "live": True} in await told(phone)
    await phone.page.clock.run_for(121_000)
    assert len(await told(phone)) >= 10
    await phone.page.clock.run_for(60_000)
    assert await told(phone) == []  # it is in sight, but nobody touched it

    await phone.page.keyboard.press("Shift")
    await phone.page.clock.run_for(10_000)

    assert len(await told(phone)) == 1


async def test_page_that_is_put_away_takes_its_proof_back_at_once(phone: Phone) -> None:
    await watched(phone)
    await told(phone)
    await phone.page.evaluate(
        "window.away = true; document.dispatchEvent(new Event('visibilitychange'))"
    )
    assert [one["visible"] for one in await told(phone)] == [False]

    await phone.page.clock.run_for(20_000)

    assert await told(phone) == []


async def test_page_to_which_no_news_come_says_so(phone: Phone) -> None:
    await phone.page.route("**/api/events", lambda route: route.fulfill(status=502))
    await phone.page.route("**/api/agents?*", lambda route: route.fulfill(status=503))
    await phone.page.add_init_script(SEEN)
    await phone.page.clock.install()
    await phone.go()
    await expect(phone.page.locator(".link")).to_have_text("Reconnecting")
    await phone.kept()
    await phone.page.mouse.move(9, 9)
    await phone.page.clock.run_for(10_000)

    assert {"agentId": None, "visible": True, "live": False} in await told(phone)
