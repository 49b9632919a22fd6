"""Without a network: what was known stays readable, and what was asked for is sent once, later."""

import pytest
from playwright.async_api import Route, expect

from tests.e2e.phone import Phone, until
from tests.fakes.phone_api import PhoneApi

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def away(phone: Phone, *, link: str = "Live") -> None:
    """Go where no network is, once the app has what it shows."""
    await expect(phone.page.locator(".link")).to_have_text(link)
    await expect(phone.page.locator("[aria-busy=true]")).to_have_count(0)
    await phone.kept()
    await phone.context.set_offline(True)


async def back(phone: Phone) -> None:
    """The network is there again; the person looks at the phone."""
    await phone.context.set_offline(False)
    await phone.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


async def test_app_opens_without_a_network_and_shows_what_was_known(phone: Phone) -> None:
    await phone.go("#/agents")
    await expect(phone.text("Upgrade the Expo SDK")).to_be_visible()
    await away(phone)
    await phone.page.reload()

    await expect(phone.text("Upgrade the Expo SDK")).to_be_visible()
    await expect(phone.text("You are seeing what was known last.")).to_be_visible()
    await expect(phone.page.locator(".link")).to_have_text("Offline")


async def test_agent_that_was_read_can_be_read_again(phone: Phone) -> None:
    await phone.go("#/agents/5")
    await phone.page.click("#tab-changes")
    await expect(phone.text("web/sessions.py")).to_be_visible()
    await phone.page.click("#tab-log")
    await expect(phone.text("I will look at where")).to_be_attached()
    await away(phone)
    await phone.page.goto(f"{phone.base}/app/#/agents")
    await phone.page.goto(f"{phone.base}/app/#/agents/5")

    await phone.page.click("#tab-log")
    await expect(phone.text("I will look at where")).to_be_attached()
    await phone.page.click("#tab-changes")
    await expect(phone.text("web/sessions.py")).to_be_visible()


async def test_command_waits_and_is_done_once(phone: Phone, api: PhoneApi) -> None:
    await phone.go()
    await away(phone)
    await phone.type("fix the date parser")
    await expect(phone.text("Queued: will be sent").first).to_be_visible()
    await phone.page.reload()  # neither the tab's memory nor the `online` event is needed
    await expect(phone.text("fix the date parser").first).to_be_visible()
    assert not api.named("/api/voice/commands")

    await back(phone)

    await expect(phone.text("Agent 6 started").first).to_be_visible()
    assert len(api.named("/api/voice/commands")) == 1
    assert len(api.agents) == 6
    await expect(phone.page.locator(".waiting")).to_have_count(0)


async def test_command_waits_where_the_app_was_opened_without_a_network(
    phone: Phone, api: PhoneApi
) -> None:
    await phone.go()
    await away(phone)
    await phone.page.reload()
    await phone.type("fix the date parser")
    await expect(phone.page.locator(".waiting", has_text="fix the date parser")).to_be_visible()

    await back(phone)

    await expect(phone.text("Agent 6 started").first).to_be_visible()
    assert len(api.named("/api/voice/commands")) == 1


async def test_recording_waits_too(phone: Phone, api: PhoneApi) -> None:
    await phone.go()
    await away(phone)
    await phone.page.locator(".talk").click()
    await phone.recorded()
    await phone.page.locator(".talk").click()
    await expect(phone.text("Queued: will be sent").first).to_be_visible()

    await back(phone)

    await until(lambda: api.audio, "the recording was sent")
    await expect(phone.text("agents are at work").first).to_be_visible()


async def test_answer_that_was_lost_is_asked_for_with_the_same_key(
    phone: Phone, api: PhoneApi
) -> None:
    """The server did it, the answer never came: the second try must not do it again."""
    lost = 0

    async def lose(route: Route) -> None:
        nonlocal lost
        if lost == 0 and route.request.method == "POST":
            lost += 1
            await route.fetch()
            await route.abort()
        else:
            await route.continue_()

    await phone.go()
    await phone.page.route("**/api/voice/commands", lose)
    await phone.type("fix the date parser")
    await expect(phone.text("Queued: will be sent").first).to_be_visible()
    await phone.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")

    await expect(phone.text("Agent 6 started").first).to_be_visible()
    first, second = api.named("/api/voice/commands")
    assert first.key == second.key
    assert second.replayed
    assert len(api.agents) == 6


async def test_queued_stop_is_shown_again_instead_of_being_done(
    phone: Phone, api: PhoneApi
) -> None:
    await phone.go("#/agents/5")
    await expect(phone.button("Stop")).to_be_visible()
    await away(phone)
    await phone.button("Stop").click()
    await phone.button("Stop agent 5").click()
    await expect(phone.page.locator(".waiting")).to_be_visible()

    await back(phone)

    await expect(phone.text("This waited. Still want it?")).to_be_visible()
    assert api.agents["agent-5"]["status"] == "running"
    await phone.button("Send now").click()
    await until(lambda: api.agents["agent-5"]["status"] == "cancelled", "it is stopped")


async def test_queued_command_can_be_thrown_away(phone: Phone, api: PhoneApi) -> None:
    await phone.go("#/agents/5")
    await expect(phone.button("Stop")).to_be_visible()
    await away(phone)
    await phone.button("Pause").click()
    await phone.page.locator(".waiting").get_by_role("button", name="Discard").click()
    await expect(phone.page.locator(".waiting")).to_have_count(0)

    await back(phone)

    await expect(phone.page.locator(".link")).to_have_text("Live")
    assert not api.named("/api/agents/agent-5/pause")


async def test_what_is_said_of_a_waiting_command_is_so_above_it_too(phone: Phone) -> None:
    await phone.go()
    await away(phone)
    await phone.type("stop agent 5")
    turn = phone.page.locator(".turn")
    await expect(turn).to_contain_text("Queued: will be sent")
    await phone.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    await expect(turn).to_contain_text("This waited. Still want it?")
    await phone.page.locator(".waiting").get_by_role("button", name="Discard").click()

    await expect(phone.page.locator(".waiting")).to_have_count(0)
    await expect(turn).to_have_count(0)


async def test_command_older_than_ten_minutes_is_asked_about(phone: Phone, api: PhoneApi) -> None:
    await phone.go()
    await away(phone)
    await phone.type("fix the date parser")
    await expect(phone.text("Queued: will be sent").first).to_be_visible()
    await phone.page.evaluate(
        """new Promise((done) => { indexedDB.open("cadence").onsuccess = ({ target }) => {
          const box = target.result.transaction("outbox", "readwrite").objectStore("outbox");
          box.getAll().onsuccess = (found) => {
            const item = found.target.result[0];
            box.put({ ...item, at: item.at - 11 * 60000 }).onsuccess = () => done(null);
          };
        }; })"""
    )

    await back(phone)

    await expect(phone.page.locator(".waiting")).to_contain_text("This waited. Still want it?")
    assert not api.named("/api/voice/commands")


async def test_refusal_is_told_and_not_tried_again(phone: Phone, api: PhoneApi) -> None:
    """The agent ends while the command is on its way."""

    async def end(route: Route) -> None:
        api.agents["agent-5"]["status"] = "completed"
        await route.continue_()

    await phone.page.route("**/api/agents/agent-5/pause", end)
    await phone.go("#/agents/5")
    await phone.button("Pause").click()

    await expect(phone.page.get_by_role("alert")).to_contain_text("cannot be asked to pause")
    assert len(api.named("/api/agents/agent-5/pause")) == 1
    await expect(phone.page.locator(".waiting")).to_have_count(0)


async def test_signing_out_leaves_nothing_behind(phone: Phone) -> None:
    await phone.go("#/settings")
    await phone.button("Sign out").last.click()
    await expect(phone.page.get_by_role("link", name="Sign in with GitHub")).to_be_visible()

    await phone.wait(
        """new Promise((done) => { indexedDB.open("cadence").onsuccess = ({ target }) => {
          const work = target.result.transaction(["read", "outbox"]);
          const all = [];
          work.objectStore("read").getAll().onsuccess = (e) => all.push(...e.target.result);
          work.objectStore("outbox").getAll().onsuccess = (e) => all.push(...e.target.result);
          work.oncomplete = () => done(all.length === 0);
        }; })"""
    )


async def test_command_that_is_still_worked_on_is_asked_for_again(
    phone: Phone, api: PhoneApi
) -> None:
    """A second try with the same key may come before the first is done: that is no refusal."""
    busy = 1

    async def answer(route: Route) -> None:
        nonlocal busy
        if busy:
            busy -= 1
            body = '{"type": "in-progress", "title": "Conflict", "status": 409, "detail": "busy"}'
            headers = {"Retry-After": "1", "Content-Type": "application/problem+json"}
            await route.fulfill(status=409, headers=headers, body=body)
        else:
            await route.continue_()

    await phone.go()
    await phone.page.route("**/api/voice/commands", answer)
    await phone.type("fix the date parser")

    await expect(phone.text("Agent 6 started").first).to_be_visible()
    assert len(api.agents) == 6


async def test_command_of_one_person_is_never_sent_as_another(phone: Phone, api: PhoneApi) -> None:
    await phone.go()
    await away(phone)
    await phone.type("fix the date parser")
    await expect(phone.text("Queued: will be sent").first).to_be_visible()
    api.sessions.clear()
    api.refresh_tokens.clear()
    await back(phone)
    await phone.page.get_by_role("link", name="Sign in with GitHub").click()
    await expect(phone.page.get_by_role("heading", level=1)).to_have_text("Voice")
    await expect(phone.page.locator(".link")).to_have_text("Live")
    # The same person's command goes out, once he is back.
    await until(lambda: len(api.named("/api/voice/commands")) == 1, "it was sent")
    api.person_id = 8
    await away(phone)
    await phone.type("fix the importer")
    await expect(phone.text("fix the importer").first).to_be_visible()
    api.sessions.clear()
    api.refresh_tokens.clear()
    await back(phone)
    await phone.page.get_by_role("link", name="Sign in with GitHub").click()
    await expect(phone.page.locator(".link")).to_have_text("Live")

    await expect(phone.page.locator(".waiting")).to_have_count(0)
    assert len(api.named("/api/voice/commands")) == 1


async def test_what_is_known_is_shown_before_a_slow_server_answers(
    phone: Phone, api: PhoneApi
) -> None:
    await phone.go("#/agents")
    await expect(phone.text("Upgrade the Expo SDK")).to_be_visible()
    await phone.kept()
    api.slow_s = 600.0
    await phone.page.reload()

    await expect(phone.text("Upgrade the Expo SDK")).to_be_visible()
    await expect(phone.page.locator(".link")).to_have_text("Connecting")


async def test_queue_is_sent_where_no_stream_comes_through(phone: Phone, api: PhoneApi) -> None:
    await phone.page.route("**/api/events", lambda route: route.fulfill(status=502))
    await phone.go()
    await away(phone, link="Reconnecting")
    await phone.type("fix the date parser")
    await expect(phone.text("Queued: will be sent").first).to_be_visible()
    await phone.page.reload()
    await back(phone)

    await expect(phone.text("Agent 6 started").first).to_be_visible()
    assert len(api.named("/api/voice/commands")) == 1
