"""Recordings: told by their bytes, decoded apart, measured; what is no command is not sent on."""

import contextlib
import io
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from mobile_api.hearing.formats import BadAudio, format_of
from mobile_api.hearing.studio import Recording, Studio
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


async def test_file_that_names_its_length_and_is_shorter_is_refused(studio: Studio) -> None:
    for kind in "m4a", "webm":
        data = voices.packed(SPEECH, kind)
        with pytest.raises(BadAudio, match=r"cut off|cannot be read"):
            await studio.examine(data[: len(data) // 2], wants_samples=False)


STREAMED = {
    "webm": voices.packed(voices.babble(3), "webm", has_duration=False),
    "mp4": voices.packed(voices.babble(3), "mp4", has_duration=False),
    "ogg": voices.packed(voices.babble(3), "ogg"),
}


@pytest.mark.parametrize("kind", STREAMED)
def test_cut_is_seen_wherever_it_is_but_between_two_parts(kind: str) -> None:
    """A stream that ends behind a whole packet cannot be told from one that was ended there."""
    data = STREAMED[kind]
    whole = 0
    for length in range(64, len(data), 7):
        with contextlib.suppress(BadAudio):
            whole += not format_of(data[:length]).is_cut

    assert not format_of(data).is_cut
    assert whole <= {"webm": 3 * 50, "mp4": 20, "ogg": 0}[kind]


@pytest.mark.parametrize("kind", STREAMED)
async def test_streamed_recording_that_is_cut_is_doubted_or_refused(
    studio: Studio, kind: str
) -> None:
    data = STREAMED[kind]
    seconds, refused = [], 0
    for part in range(1, 24):
        cut = data[: len(data) * part // 24]
        is_cut = len(cut) < 64 or _is_cut(cut)
        recording = await _examined(studio, cut, wants_samples=part % 2 == 0)
        if recording is None:
            refused += 1
            continue
        assert recording.is_doubtful is is_cut
        assert recording.verdict == "speech"
        assert recording.ending == ("raw" if part % 2 == 0 else "wav") or not is_cut
        seconds.append(recording.seconds)

    assert refused >= 1  # nothing can be heard in the first bytes
    assert seconds == sorted(seconds)
    assert seconds[-1] > 1.5
    assert len(seconds) >= 5


async def _examined(studio: Studio, data: bytes, *, wants_samples: bool) -> Recording | None:
    """Return what is in *data*, None when it is refused for being cut."""
    try:
        return await studio.examine(data, wants_samples=wants_samples)
    except BadAudio as error:
        if "cut off" not in str(error):
            raise
        return None


def _is_cut(data: bytes) -> bool:
    try:
        return format_of(data).is_cut
    except BadAudio:
        return True


async def test_cut_recording_of_silence_is_refused(studio: Studio) -> None:
    for kind in "webm", "ogg", "mp4":
        data = voices.packed(voices.silence(3), kind, has_duration=kind == "ogg")
        with pytest.raises(BadAudio, match="cut off before anything can be heard"):
            await studio.examine(data[:-3], wants_samples=False)


@pytest.mark.parametrize(
    ("data", "is_doubtful"),
    [
        pytest.param(voices.tone(4, beat=0.5), True, id="a chord in long waves"),
        pytest.param(voices.tone(3, beat=1.5), True, id="a chord that throbs"),
        pytest.param(voices.tone(3, beat=4), True, id="a chord that trembles"),
        pytest.param(voices.tune(4), True, id="a tune"),
        pytest.param(voices.babble(3), False, id="ups and downs of a voice"),
    ],
)
async def test_music_that_has_the_ups_and_downs_of_speech_is_doubted(
    studio: Studio, data: bytes, is_doubtful: bool
) -> None:
    recording = await studio.examine(data, wants_samples=False)

    assert (recording.verdict, recording.is_doubtful) == ("speech", is_doubtful)


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
        pytest.param(voices.rising(3), "steady", id="music that swells"),
        pytest.param(voices.rising(8), "steady", id="music that swells slowly"),
        pytest.param(voices.rising(6, falls=True), "steady", id="music that swells and fades"),
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

    recording = await studio.examine(data, wants_samples=False)

    assert (recording.verdict, recording.is_doubtful) == ("speech", False)


async def test_reader_that_hangs_is_replaced(studio: Studio) -> None:
    studio._timeout_s = 0.0001  # nothing is read so fast
    with pytest.raises(BadAudio, match="cannot be read"):
        await studio.examine(SPEECH, wants_samples=False)

    studio._timeout_s = 60
    assert (await studio.examine(SPEECH, wants_samples=False)).verdict == "speech"
