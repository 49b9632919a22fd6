"""A recording decoded, measured and, where its container says no duration, packed anew.

This runs in a process of its own (`mobile_api.hearing.worker`): decoders read what strangers send.
"""

import io
import wave
from typing import Any

import av
import numpy as np
from av.audio.resampler import AudioResampler

RATE = 16_000
_QUIET_DB, _STEADY_DB, _FRAME = -50.0, 4.0, RATE // 50


class Undecodable(Exception):
    """The bytes are not what their first ones promise."""


class TooLong(Exception):
    """There is more sound than a command may have."""


def decoded(data: bytes, demuxer: str, *, most_s: float) -> tuple[bytes, bool]:
    """Return 16-bit mono samples at 16 kHz, and whether the container names its duration."""
    samples = bytearray()
    resampler = AudioResampler(format="s16", layout="mono", rate=RATE)
    try:
        with av.open(io.BytesIO(data), "r", format=demuxer) as container:
            if not container.streams.audio:
                raise Undecodable
            stream = container.streams.audio[0]
            has_duration = bool(container.duration or stream.duration)
            for frame in container.decode(stream):
                _add(samples, resampler.resample(frame), most_s)
            _add(samples, resampler.resample(None), most_s)
    except (av.FFmpegError, ValueError, EOFError) as error:
        raise Undecodable from error
    return bytes(samples), has_duration


def _add(samples: bytearray, frames: list[Any], most_s: float) -> None:
    for frame in frames:
        samples += frame.to_ndarray().astype("<i2").tobytes()
    if len(samples) > 2 * RATE * most_s:
        raise TooLong


def verdict(samples: bytes) -> str:
    """Return ``speech``, ``silence``, or ``steady`` for a noise or a tone without any pause."""
    sound = np.frombuffer(samples, dtype="<i2").astype(np.float32) / 32768.0
    whole = len(sound) // _FRAME * _FRAME
    if not whole:
        return "silence"
    power = (sound[:whole].reshape(-1, _FRAME) ** 2).mean(axis=1)
    level = 10 * np.log10(power + 1e-10)
    loud = float(np.percentile(level, 95))
    if loud < _QUIET_DB:
        return "silence"
    return "steady" if loud - float(np.percentile(level, 10)) < _STEADY_DB else "speech"


def packed_anew(data: bytes, demuxer: str, ending: str) -> bytes:
    """Return the same packets in a container that names its duration."""
    out = io.BytesIO()
    try:
        with (
            av.open(io.BytesIO(data), "r", format=demuxer) as source,
            av.open(out, "w", format="webm" if ending == "webm" else "mp4") as target,
        ):
            stream = source.streams.audio[0]
            copy = target.add_stream_from_template(stream)
            for packet in source.demux(stream):
                if packet.dts is not None:
                    packet.stream = copy
                    target.mux(packet)
    except (av.FFmpegError, ValueError, EOFError) as error:
        raise Undecodable from error
    return out.getvalue()


def as_wav(samples: bytes) -> bytes:
    """Return *samples* as a WAV file."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples)
    return out.getvalue()
