"""Recordings made when they are needed: spoken by flite, or drawn by hand."""

import io
import math
import random
import shutil
import subprocess
import wave
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

RATE = 16_000
needs_flite = pytest.mark.skipif(
    shutil.which("flite") is None, reason="flite is not installed: apt-get install flite"
)


def spoken(text: str, folder: Path, *, voice: str = "slt") -> bytes:
    """Return *text* spoken by flite, as WAV with some silence around it."""
    path = folder / "said.wav"
    subprocess.run(["flite", "-voice", voice, "-t", text, "-o", str(path)], check=True, timeout=60)
    with wave.open(str(path)) as file:
        samples = file.readframes(file.getnframes())
        assert (file.getframerate(), file.getnchannels()) == (RATE, 1)
    return wav(bytes(RATE) + samples + bytes(RATE))


def wav(samples: bytes, *, rate: int = RATE) -> bytes:
    """Return 16-bit mono *samples* as a WAV file."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(samples)
    return out.getvalue()


def samples_of(recording: bytes) -> bytes:
    """Return the samples of a WAV file."""
    with wave.open(io.BytesIO(recording)) as file:
        return bytes(file.readframes(file.getnframes()))


def silence(seconds: float) -> bytes:
    """Return nothing at all."""
    return wav(bytes(2 * int(RATE * seconds)))


def noise(seconds: float, *, loud: float = 0.2) -> bytes:
    """Return steady white noise."""
    draw = random.Random(7)  # noqa: S311 - a sound, no secret
    count = int(RATE * seconds)
    drawn: Any = np.array([draw.gauss(0, loud * 8000) for _ in range(count)])
    return wav(drawn.astype("<i2").tobytes())


def tone(seconds: float, *, beat: float = 0.0) -> bytes:
    """Return a chord that hums; with *beat*, one that swells so many times a second."""
    at = np.arange(int(RATE * seconds)) / RATE
    swell = 0.55 + 0.45 * np.sin(2 * math.pi * beat * at) if beat else 1.0
    chord: Any = sum(np.sin(2 * math.pi * pitch * at) for pitch in (220.0, 277.2, 329.6))
    return wav((3000 * swell * chord).astype("<i2").tobytes())


def rising(seconds: float, *, by_db: float = 40.0, falls: bool = False) -> bytes:
    """Return a chord that swells, and with *falls* fades again."""
    at = np.arange(int(RATE * seconds)) / RATE
    far = np.abs(2 * at / seconds - 1) if falls else 1 - at / seconds
    chord: Any = sum(np.sin(2 * math.pi * pitch * at) for pitch in (220.0, 277.2, 329.6))
    return wav((8000 * 10 ** (-by_db * far / 20) * chord).astype("<i2").tobytes())


def tune(seconds: float, *, notes_s: float = 2.0) -> bytes:
    """Return plucked notes, so many a second."""
    at = np.arange(int(RATE * seconds)) / RATE
    scale = np.array([220.0, 247.0, 262.0, 294.0, 330.0, 349.0, 392.0, 440.0])
    turn = 2 * math.pi * np.cumsum(scale[(at * notes_s).astype(int) * 3 % len(scale)]) / RATE
    pluck = np.exp(-3 * ((at * notes_s) % 1))
    string: Any = np.sin(turn) + 0.5 * np.sin(2 * turn) + 0.3 * np.sin(3 * turn)
    return wav((6000 * pluck * string).astype("<i2").tobytes())


def babble(seconds: float) -> bytes:
    """Return a sound with the ups and downs of speech, which says nothing."""
    draw = np.random.default_rng(3)
    at = np.arange(int(RATE * seconds)) / RATE
    syllables = np.clip(np.sin(2 * math.pi * 3.1 * at), 0, 1) ** 2
    return wav(
        (9000 * syllables * draw.standard_normal(len(at)))
        .clip(-32000, 32000)
        .astype("<i2")
        .tobytes()
    )


def _row(recording: bytes) -> Any:
    return np.frombuffer(samples_of(recording), dtype="<i2").reshape(1, -1)


def packed(recording: bytes, kind: str, *, has_duration: bool = True) -> bytes:
    """Return a WAV recording as webm/opus, mp4/aac or ogg/opus."""
    fragments = {"movflags": "frag_keyframe+empty_moov"}
    container, codec, rate = {
        "webm": ("webm", "libopus", 48_000), "m4a": ("mp4", "aac", 48_000),
        "mp4": ("mp4", "aac", 48_000), "ogg": ("ogg", "libopus", 48_000),
    }[kind]  # fmt: skip
    out = io.BytesIO()
    live = {"live": "1"} if container == "webm" else fragments
    options = {} if has_duration else live
    with av.open(out, "w", format=container, options=options) as target:
        stream: Any = target.add_stream(codec, rate=rate)  # a stream of sound
        stream.layout = "mono"
        resampler = av.AudioResampler(format=stream.format, layout="mono", rate=rate)
        frame = av.AudioFrame.from_ndarray(
            _row(recording),
            format="s16",
            layout="mono",
        )
        frame.sample_rate, frame.time_base, frame.pts = RATE, Fraction(1, RATE), 0
        fifo = av.AudioFifo()
        for piece in resampler.resample(frame) + resampler.resample(None):
            fifo.write(piece)
        size = stream.frame_size or 960
        while (part := fifo.read(size, partial=False)) is not None:
            target.mux(stream.encode(part))
        if (part := fifo.read(0, partial=True)) is not None:
            target.mux(stream.encode(part))
        target.mux(stream.encode(None))
    return out.getvalue()
