"""Recordings: told by their bytes, decoded apart, measured; what is no command is not sent on."""

import io
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from mobile_api.hearing.formats import BadAudio, format_of
from mobile_api.hearing.studio import Studio
from tests.fakes import voices


@pytest.fixture
async def studio() -> AsyncIterator[Studio]:
    async with Studio(workers=1, timeout_s=60) as made:
        yield made


def _zip() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        file.writestr("speech.m4a", "not sound")
    return out.getvalue()


SPEECH = voices.babble(1.5)
BAD = [
    pytest.param(b"", "empty", id="nothing"),
    pytest.param(_zip(), "no recording", id="a zip"),
    pytest.param(b"\x7fELF" + bytes(100), "no recording", id="a program"),
    pytest.param(b"#EXTM3U\nhttp://127.0.0.1/secret\n", "no recording", id="a playlist"),
    pytest.param(b"RIFF" + bytes(5 * 1024 * 1024), "larger than 5 MB", id="too large"),
    pytest.param(SPEECH[: len(SPEECH) // 2], "cut off", id="half a wav"),
]


@pytest.mark.parametrize(("data", "why"), BAD)
def test_what_is_no_recording_is_refused_by_its_bytes(data: bytes, why: str) -> None:
    with pytest.raises(BadAudio, match=why):
        format_of(data)


@pytest.mark.parametrize("kind", ["webm", "m4a", "mp4", "ogg"])
async def test_containers_of_phones_are_read(studio: Studio, kind: str) -> None:
    data = voices.packed(SPEECH, kind)

    recording = await studio.examine(data, wants_samples=False)

    assert recording.seconds == pytest.approx(1.5, abs=0.1)
    assert recording.verdict == "speech"
    assert recording.data == data


async def test_container_without_a_duration_is_packed_anew(studio: Studio) -> None:
    data = voices.packed(SPEECH, "webm", has_duration=False)

    recording = await studio.examine(data, wants_samples=False)
    again = await studio.examine(recording.data, wants_samples=False)

    assert recording.data != data
    assert recording.ending == "webm"
    assert again.data == recording.data
    assert again.seconds == pytest.approx(1.5, abs=0.1)


@pytest.mark.parametrize("kind", ["m4a", "ogg"])
async def test_truncated_recordings_are_refused(studio: Studio, kind: str) -> None:
    data = voices.packed(SPEECH, kind)

    with pytest.raises(BadAudio, match=r"cut off|cannot be read"):
        await studio.examine(data[: len(data) // 2], wants_samples=False)


async def test_bytes_that_only_begin_like_a_recording_are_refused(studio: Studio) -> None:
    webm = voices.packed(SPEECH, "webm")

    for fake in (webm[:60] + bytes(4000), b"\x00\x00\x00\x20ftypM4A " + bytes(4000)):
        with pytest.raises(BadAudio):
            await studio.examine(fake, wants_samples=False)
    assert (await studio.examine(webm, wants_samples=False)).verdict == "speech"


@pytest.mark.parametrize(("seconds", "fits"), [(30.0, True), (30.1, False)], ids=["30.0", "30.1"])
async def test_thirty_seconds_are_enough(studio: Studio, seconds: float, fits: bool) -> None:
    data = voices.wav(voices.samples_of(voices.babble(1.0)) * 31)
    data = voices.wav(voices.samples_of(data)[: 2 * int(16_000 * seconds)])

    if fits:
        assert (await studio.examine(data, wants_samples=False)).seconds == pytest.approx(30.0)
    else:
        with pytest.raises(BadAudio, match="at most 30 seconds"):
            await studio.examine(data, wants_samples=False)


@pytest.mark.parametrize(
    ("data", "verdict"),
    [
        pytest.param(voices.silence(2), "silence", id="silence"),
        pytest.param(voices.noise(2, loud=0.005), "silence", id="the hiss of a microphone"),
        pytest.param(voices.noise(2), "steady", id="noise"),
        pytest.param(voices.tone(3), "steady", id="a hum"),
        pytest.param(voices.babble(0.1), "silence", id="a click"),
        pytest.param(voices.babble(2), "speech", id="ups and downs"),
    ],
)
async def test_sound_without_words_is_told_before_anybody_is_paid(
    studio: Studio, data: bytes, verdict: str
) -> None:
    assert (await studio.examine(data, wants_samples=False)).verdict == verdict


@voices.needs_flite
@pytest.mark.parametrize("kind", ["wav", "webm", "m4a"])
async def test_a_spoken_sentence_is_speech(studio: Studio, tmp_path: Path, kind: str) -> None:
    said = voices.spoken("stop the login agent", tmp_path)
    data = said if kind == "wav" else voices.packed(said, kind)

    assert (await studio.examine(data, wants_samples=False)).verdict == "speech"


async def test_reader_that_hangs_is_replaced(studio: Studio) -> None:
    studio._timeout_s = 0.0001  # nothing is read so fast
    with pytest.raises(BadAudio, match="cannot be read"):
        await studio.examine(SPEECH, wants_samples=False)

    studio._timeout_s = 60
    assert (await studio.examine(SPEECH, wants_samples=False)).verdict == "speech"
