"""The whole road by voice: signed in with GitHub, spoken into a phone, to a pull request on it."""

import io
import shutil
import wave
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from playwright.async_api import async_playwright, expect

from deploy.devkit.transcription import TranscriptionStandIn
from mobile_api.auth.sign_in import CALLBACK
from tests.e2e.phone import CHROMIUM, MICROPHONE, Phone, held
from tests.e2e.plays import EDIT, finish, play, prepare, use
from tests.e2e.test_phone_spoken import spoken, talk
from tests.e2e.world import World, world
from tests.fakes.github import REPO
from tests.fakes.voices import needs_flite

pytestmark = [
    pytest.mark.slow,
    pytest.mark.browser,
    pytest.mark.sandbox,
    pytest.mark.timeout(600),
    needs_flite,
    pytest.mark.skipif(shutil.which(CHROMIUM) is None, reason=f"{CHROMIUM} is not installed"),
]
SENTENCE = "Start an agent on widgets to multiply the sides."
ANSWER = "Multiply the sides and stop there."
SOON_MS, LATE_MS = 60_000, 240_000
WORK = play(use("bash", command="sleep 3"), {"content": [EDIT]}, finish())


def listener(sentence: str) -> Callable[[bytes], str]:
    """Return who hears *sentence* when somebody speaks for about as long as it takes."""

    def listen(audio: bytes) -> str:
        with av.open(io.BytesIO(audio), "r") as box:
            mono = av.AudioResampler(format="s16", layout="mono", rate=16_000)
            frames = (out for one in box.decode(audio=0) for out in mono.resample(one))
            sound = np.concatenate([one.to_ndarray().ravel() for one in frames])
        tenths = np.array_split(sound.astype(np.float64) / 32768, max(1, len(sound) // 1600))
        loud = sum(float(np.sqrt(np.mean(one**2))) > 0.01 for one in tenths)
        return sentence if 10 <= loud <= 60 else ""

    return listen


@asynccontextmanager
async def coordinator(root: Path, scenario: dict[str, Any], sentence: str) -> AsyncIterator[World]:
    """Start everything that a phone needs, each part at its own address."""
    async with (
        TranscriptionStandIn(listen=listener(sentence)) as hearing,
        world(root, scenario) as made,
    ):
        app = made.town.app
        made.settings |= {
            "GITHUB_CLIENT_ID": app.client_id,
            "GITHUB_CLIENT_SECRET": app.client_secret,
            "CADENCE_STT": "openai",
            "CADENCE_STT_URL": f"{hearing.url}/v1",
            "CADENCE_STT_KEY": hearing.key,
        }
        made.github.set_callback_urls(made.url + CALLBACK)
        await prepare(made.github)
        await made.start()
        yield made


@asynccontextmanager
async def pocket(base: str, wav: Path) -> AsyncIterator[Phone]:
    """Open a phone whose microphone hears *wav*; nobody is signed in."""
    fake = f"--use-file-for-fake-audio-capture={wav}%noloop"
    async with (
        async_playwright() as stage,
        await stage.chromium.launch(
            executable_path=shutil.which(CHROMIUM), args=[*MICROPHONE, fake]
        ) as browser,
        held(browser, base, {}) as phone,
    ):
        phone.page.set_default_timeout(SOON_MS)
        yield phone


async def sign_in(phone: Phone) -> None:
    """Go through GitHub and come back."""
    await phone.go()
    await phone.page.get_by_role("link", name="Sign in with GitHub").click()
    await phone.page.get_by_role("button", name="dana", exact=True).click()
    await phone.page.wait_for_selector(".talk")


async def test_spoken_sentence_becomes_a_pull_request_that_the_phone_shows(tmp_path: Path) -> None:
    wav = await spoken(tmp_path, SENTENCE)
    with wave.open(str(wav)) as said:
        seconds = said.getnframes() / said.getframerate()
    async with coordinator(tmp_path, WORK, SENTENCE) as made, pocket(made.url, wav) as phone:
        await sign_in(phone)
        await phone.page.evaluate("window.stayed = true")

        await talk(phone, seconds)
        turn = phone.page.locator(".turn")
        await expect(turn.locator(".heard")).to_contain_text(SENTENCE, timeout=SOON_MS)
        await expect(turn.locator(".reply")).to_contain_text("Agent one started", timeout=SOON_MS)

        await phone.page.locator("a.card", has_text="ultiply the sides").first.click()
        await phone.page.click("#tab-log")
        await expect(phone.text("sleep 3").first).to_be_visible(timeout=LATE_MS)
        await expect(phone.page.locator(".pill").first).to_have_text("PR ready", timeout=LATE_MS)
        [pull] = made.github.pulls(REPO)
        link = phone.page.locator(f'a[href$="/pull/{pull.number}"]')
        await phone.page.click("#tab-overview")
        await expect(link.first).to_be_visible(timeout=SOON_MS)
        assert await phone.page.evaluate("window.stayed")  # it came live: no page was loaded anew

        assert not pull.draft
        assert pull.body is not None
        assert "`python3 check.py` | ❌ failed (exit 1) | ✅ passed (exit 0)" in pull.body


async def test_question_of_an_agent_is_answered_by_voice(tmp_path: Path) -> None:
    wav = await spoken(tmp_path, ANSWER)
    scenario = play(use("ask", question="Add or multiply?"), {"content": [EDIT]}, finish())
    async with coordinator(tmp_path, scenario, ANSWER) as made, pocket(made.url, wav) as phone:
        await sign_in(phone)
        await phone.type("start an agent on widgets to mend the area")
        await phone.page.locator("a.card", has_text="end the area").first.click()
        await expect(phone.text("Add or multiply?").first).to_be_visible(timeout=LATE_MS)

        await phone.button("Answer by voice").click()  # it ends by itself when nothing is said
        field = phone.page.get_by_role("textbox", name="Your answer")
        await expect(field).to_have_value(ANSWER, timeout=SOON_MS)
        await phone.button("Answer").click()

        await expect(phone.page.locator(".pill").first).to_have_text("PR ready", timeout=LATE_MS)
        assert any(ANSWER in str(one["messages"]) for one in made.llm.messages)
        assert len(made.github.pulls(REPO)) == 1
