"""A sentence that is really spoken: from a synthesiser through the browser's microphone."""

import asyncio
import io
import shutil
import wave
from pathlib import Path

import av
import numpy as np
import pytest
from playwright.async_api import async_playwright, expect

from tests.e2e.phone import CHROMIUM, MICROPHONE, Phone, held, served, until
from tests.fakes.phone_api import PhoneApi

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
SENTENCE = "fix the flaky login test in cadence backend"


async def spoken(folder: Path, sentence: str) -> Path:
    """Return a WAV of *sentence* with silence round it: playing starts with the microphone."""
    flite = shutil.which("flite")
    if flite is None:
        pytest.skip("flite is not installed")
    said, padded = folder / "said.wav", folder / "padded.wav"
    speaker = await asyncio.create_subprocess_exec(
        flite, "-voice", "slt", "-t", sentence, "-o", str(said)
    )
    assert await asyncio.wait_for(speaker.wait(), 30) == 0
    with wave.open(str(said)) as source, wave.open(str(padded), "wb") as sink:
        sink.setparams(source.getparams())
        second = b"\0" * source.getframerate() * source.getsampwidth()
        body = source.readframes(source.getnframes())
        sink.writeframes(second[: len(second) // 2] + body + second)
    return padded


def heard(audio: bytes) -> tuple[float, list[float]]:
    """Return the seconds of a recording, and how loud each tenth of a second is."""
    with av.open(io.BytesIO(audio), "r") as box:
        [stream] = box.streams.audio
        assert box.format.name.startswith("matroska")
        assert stream.codec_context.name == "opus"
        rate = stream.codec_context.sample_rate
        mono = av.AudioResampler(format="s16", layout="mono", rate=rate)
        parts = [
            out.to_ndarray().ravel() for frame in box.decode(stream) for out in mono.resample(frame)
        ]
    sound = np.concatenate(parts).astype(np.float64) / 32768
    tenths = np.array_split(sound, max(1, len(sound) * 10 // rate))
    return len(sound) / rate, [float(np.sqrt(np.mean(one**2))) for one in tenths]


async def test_spoken_sentence_arrives_as_it_was_said(tmp_path: Path) -> None:
    path = shutil.which(CHROMIUM)
    if path is None:
        pytest.skip(f"{CHROMIUM} is not installed")
    wav = await spoken(tmp_path, SENTENCE)
    with wave.open(str(wav)) as said:
        seconds = said.getnframes() / said.getframerate()
    api = PhoneApi(hears=SENTENCE)
    fake = f"--use-file-for-fake-audio-capture={wav}%noloop"
    async with (
        served(api.application()) as base,
        async_playwright() as play,
        await play.chromium.launch(executable_path=path, args=[*MICROPHONE, fake]) as browser,
        held(browser, base, api.sign_in()) as phone,
    ):
        await phone.go()
        await talk(phone, seconds)
        await until(lambda: api.audio, "the recording arrived", within_s=20)
        await expect(phone.text("Agent 1 started on cadence-backend.")).to_be_visible()
        await expect(phone.page.locator(".heard")).to_contain_text(SENTENCE)
        api.speaks = False

    [(kind, audio)] = api.audio
    length, loudness = heard(audio)
    assert kind == "audio/webm"
    assert len(audio) < 40_000
    assert seconds - 0.7 < length < 30
    # It was quiet before the sentence; the voice is clearly there for most of its time.
    assert sum(level > 0.01 for level in loudness) > (seconds - 1.5) * 10 * 0.5
    assert max(loudness) > 0.05


async def talk(phone: Phone, seconds: float) -> None:
    """Hold the button for as long as the sentence takes."""
    box = await phone.page.locator(".talk").bounding_box()
    assert box
    await phone.page.mouse.move(box["x"] + 20, box["y"] + 20)
    await phone.page.mouse.down()
    await phone.page.wait_for_selector(".level")
    await phone.page.wait_for_timeout(seconds * 1000)
    await phone.page.mouse.up()
