"""Talking to Cadence: hold, tap, keys and typing; what is heard is shown before it is done."""

from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from tests.e2e.phone import Phone, opened, until
from tests.fakes.phone_api import PhoneApi

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
COMMANDS = "/api/voice/commands"
# Keeps every microphone that was opened, and every word that was to be spoken.
SPY = """
window.microphones = []; window.spoken = []; window.openAtWord = [];
const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
navigator.mediaDevices.getUserMedia = async (wish) => {
  const stream = await open(wish); window.microphones.push(stream); return stream;
};
const isLive = (track) => track.readyState === "live";
const live = () => window.microphones.some((one) => one.getTracks().some(isLive));
window.isListening = live;
speechSynthesis.speak = (words) => {
  if (words.text) { window.spoken.push(words.text); window.openAtWord.push(live()); }
  setTimeout(() => words.onend && words.onend(), 100);
};
"""


@pytest_asyncio.fixture(loop_scope="session")
async def talker(phone: Phone) -> Phone:
    await phone.page.add_init_script(SPY)
    await phone.go()
    return phone


async def listening(phone: Phone) -> None:
    await phone.wait("window.isListening()")
    await phone.page.wait_for_selector(".level")


async def press(phone: Phone) -> tuple[float, float]:
    box = await phone.page.locator(".talk").bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    await phone.page.mouse.move(x, y)
    await phone.page.mouse.down()
    return x, y


async def test_held_button_records_until_it_is_let_go(talker: Phone, api: PhoneApi) -> None:
    await press(talker)
    await listening(talker)
    await talker.recorded()
    await talker.page.mouse.up()

    await expect(talker.text("agents are at work")).to_be_visible()
    [(kind, audio)] = api.audio
    assert kind == "audio/webm"
    assert audio.startswith(b"\x1a\x45\xdf\xa3")
    assert not await talker.page.evaluate("window.isListening()")


async def test_tap_starts_and_the_next_tap_ends(talker: Phone, api: PhoneApi) -> None:
    await talker.page.locator(".talk").click()
    await listening(talker)
    await expect(talker.text("Tap when done")).to_be_visible()
    await talker.recorded()
    await talker.page.locator(".talk").click()

    await expect(talker.text("agents are at work")).to_be_visible()
    assert len(api.audio) == 1


@pytest.mark.parametrize("key", ["Space", "Enter"])
async def test_key_is_held_to_talk(talker: Phone, api: PhoneApi, key: str) -> None:
    await talker.page.locator(".talk").focus()
    await talker.page.keyboard.down(key)
    await listening(talker)
    await talker.recorded()
    await talker.page.keyboard.up(key)

    await expect(talker.text("agents are at work")).to_be_visible()
    assert len(api.audio) == 1


async def test_sliding_up_discards(talker: Phone, api: PhoneApi) -> None:
    x, y = await press(talker)
    await listening(talker)
    await talker.recorded()
    await talker.page.mouse.move(x, y - 120, steps=4)
    await expect(talker.text("Release to discard")).to_be_visible()
    await talker.page.mouse.up()

    await expect(talker.page.get_by_text("Discarded. Nothing was sent.")).to_be_attached()
    assert not await talker.page.evaluate("window.isListening()")
    assert not api.audio


async def test_escape_discards(talker: Phone, api: PhoneApi) -> None:
    await talker.page.locator(".talk").click()
    await listening(talker)
    await talker.page.keyboard.press("Escape")

    await expect(talker.text("Hold to talk")).to_be_visible()
    assert not await talker.page.evaluate("window.isListening()")
    assert not api.audio


async def test_recording_ends_by_itself_after_thirty_seconds(phone: Phone, api: PhoneApi) -> None:
    await phone.page.add_init_script(SPY)
    await phone.page.clock.install()
    await phone.go()
    await phone.page.locator(".talk").click()
    await listening(phone)
    await phone.page.clock.run_for(15_000)  # beside it the real time goes on
    assert await phone.page.evaluate("window.isListening()")
    await phone.page.clock.run_for(15_500)

    await phone.wait("!window.isListening()")
    await until(lambda: api.audio, "the recording was sent")


async def test_recording_can_be_looked_at_before_it_goes(talker: Phone, api: PhoneApi) -> None:
    api.settings["sendAtOnce"] = False
    await talker.page.reload()
    await talker.page.locator(".talk").click()
    await listening(talker)
    await talker.recorded()
    await talker.page.locator(".talk").click()

    await expect(talker.text("Send it?")).to_be_visible()
    assert not api.audio
    await talker.button("Send").click()
    await until(lambda: api.audio, "the recording was sent")


async def test_closed_microphone_is_explained_and_typing_works(
    chromium: Browser, api: PhoneApi
) -> None:
    async with opened(chromium, api) as phone:
        await phone.page.add_init_script(
            "navigator.mediaDevices.getUserMedia = () =>"
            " Promise.reject(new DOMException('no', 'NotAllowedError'))"
        )
        await phone.go()
        await phone.page.locator(".talk").click()
        await expect(phone.text("Cadence may not use the microphone")).to_be_visible()

        await phone.type("how are my agents")
        await expect(phone.text("agents are at work")).to_be_visible()


async def test_stop_is_read_back_and_done_only_after_yes(phone: Phone, api: PhoneApi) -> None:
    await phone.go()
    await phone.type("stop agent 5")

    await expect(phone.page.get_by_role("heading", name="Stop agent 5")).to_be_visible()
    await expect(phone.page.locator(".heard")).to_contain_text("“stop agent 5”")
    await expect(phone.text("s left")).to_be_visible()
    assert api.agents["agent-5"]["status"] == "running"
    await phone.button("Stop it").click()

    await expect(phone.text("Agent 5 is stopped.")).to_be_visible()
    assert api.agents["agent-5"]["status"] == "cancelled"


async def test_no_leaves_everything_as_it_is(phone: Phone, api: PhoneApi) -> None:
    await phone.go()
    await phone.type("stop agent 5")
    await phone.button("Keep it").click()

    await expect(phone.text("Nothing was done.")).to_be_visible()
    assert api.agents["agent-5"]["status"] == "running"


async def test_confirmation_runs_out(phone: Phone, api: PhoneApi) -> None:
    api.confirm_s = 1.5
    await phone.go()
    await phone.type("stop agent 5")

    await expect(phone.text("Too late to confirm")).to_be_visible()
    assert await phone.button("Stop it").count() == 0
    assert api.agents["agent-5"]["status"] == "running"


async def test_what_was_heard_can_be_put_right(phone: Phone, api: PhoneApi) -> None:
    await phone.go()
    await phone.type("stop agent 5")
    await phone.button("Correct it").click()
    field = phone.page.locator(".turn input")
    await expect(field).to_be_focused()
    await field.fill("pause agent 5")
    await phone.button("Use this instead").click()

    await expect(phone.text("Agent 5 is paused.")).to_be_visible()
    assert api.agents["agent-5"]["status"] == "paused"


async def test_unclear_command_offers_a_choice(phone: Phone, api: PhoneApi) -> None:
    await phone.go()
    await phone.type("pause the agent")
    await phone.page.locator(".option", has_text="Fix the login redirect loop").click()

    await expect(phone.text("Agent 5 is paused.")).to_be_visible()
    assert api.agents["agent-5"]["status"] == "paused"


async def test_started_agent_can_be_taken_back(phone: Phone, api: PhoneApi) -> None:
    await phone.go()
    await phone.type("fix the date parser")
    await phone.button("Undo").click()

    await expect(phone.text("Taken back.")).to_be_visible()
    assert api.agents["agent-6"]["status"] == "cancelled"


async def test_reply_is_spoken_with_the_microphone_shut(talker: Phone) -> None:
    await talker.page.locator(".talk").click()
    await listening(talker)
    await talker.recorded()
    await talker.page.locator(".talk").click()

    await talker.wait("window.spoken.length > 0")
    assert await talker.page.evaluate("window.spoken") == ["3 agents are at work."]
    assert await talker.page.evaluate("window.openAtWord") == [False]


async def test_reply_is_not_spoken_when_that_is_off(talker: Phone, api: PhoneApi) -> None:
    api.settings["speak"] = "off"
    await talker.page.reload()
    await talker.type("how are my agents")

    await expect(talker.text("agents are at work")).to_be_visible()
    assert await talker.page.evaluate("window.spoken") == []


async def test_hands_free_listens_again_after_the_reply(talker: Phone, api: PhoneApi) -> None:
    await talker.button("Hands-free").click()
    await talker.page.locator(".talk").click()
    await listening(talker)
    await talker.recorded()
    await talker.page.locator(".talk").click()

    await talker.wait("window.spoken.length > 0")
    await talker.wait("window.isListening() && window.microphones.length === 2")
    await talker.page.keyboard.press("Escape")
    assert len(api.audio) == 1


async def test_reply_reaches_a_screen_reader(phone: Phone) -> None:
    await phone.go()
    await phone.type("how are my agents")

    live: Any = phone.page.locator("[aria-live=polite]")
    await expect(live).to_have_text("3 agents are at work.")
