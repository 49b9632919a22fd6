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
_AROUND, _HOP = 25, 5  # frames: half a second, looked at each tenth
_FAR_DB = 20.0  # so far below the loud parts nobody listens
_WINDOW, _STRIDE, _LOWEST = 2048, RATE // 20, 32  # samples; above 250 Hz voices do not stay
_NOTE = 8  # strides, 0.4 s: so long a partial stays where it is in music, and not in speech


class Undecodable(Exception):
    """The bytes are not what their first ones promise."""


class TooLong(Exception):
    """There is more sound than a command may have."""


def decoded(
    data: bytes, demuxer: str, *, most_s: float, is_cut: bool = False
) -> tuple[bytes, bool]:
    """Return 16-bit mono samples at 16 kHz, and whether the container names its duration.

    Of a file that *is_cut* it is what comes before the first fault; raise `Undecodable` when that
    is nothing, `TooLong`.
    """
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
        if not is_cut or not samples:
            raise Undecodable from error
        return bytes(samples), False
    return bytes(samples), has_duration


def _add(samples: bytearray, frames: list[Any], most_s: float) -> None:
    for frame in frames:
        samples += frame.to_ndarray().astype("<i2").tobytes()
    if len(samples) > 2 * RATE * most_s:
        raise TooLong


def verdict(samples: bytes) -> str:
    """Return ``speech``, ``silence``, or ``steady`` for sound without the ups and downs of words.

    A hum, a noise, and music that only swells or fades: over half a second each is a straight line.
    """
    sound = _floats(samples)
    whole = len(sound) // _FRAME * _FRAME
    if not whole:
        return "silence"
    power = (sound[:whole].reshape(-1, _FRAME) ** 2).mean(axis=1)
    level = 10 * np.log10(power + 1e-10)
    loud = float(np.percentile(level, 95))
    if loud < _QUIET_DB:
        return "silence"
    is_flat = loud - float(np.percentile(level, 10)) < _STEADY_DB
    return "steady" if is_flat or _bends(level, loud) < _STEADY_DB else "speech"


def _bends(level: Any, loud: float) -> float:
    """Return by how many dB the level leaves a straight line where it leaves it most."""
    if len(level) < _AROUND:
        return float(level.max() - level.min())
    parts = np.lib.stride_tricks.sliding_window_view(level, _AROUND)[::_HOP]
    parts = parts[parts.max(axis=1) > loud - _FAR_DB]
    at = np.arange(_AROUND) - (_AROUND - 1) / 2
    flat = parts - parts.mean(axis=1, keepdims=True)
    flat = flat - np.outer(flat @ at / (at @ at), at)
    spans = np.percentile(flat, 90, axis=1) - np.percentile(flat, 10, axis=1)
    return float(np.percentile(spans, 90))


def is_held(samples: bytes) -> bool:
    """Whether most of what is loud has one pitch for a while: music rather than a voice.

    It says no of quick tunes and of drums, and yes of singing.
    """
    sound = _floats(samples)
    if len(sound) < _WINDOW:
        return False
    parts = np.lib.stride_tricks.sliding_window_view(sound, _WINDOW)[::_STRIDE]
    bins = np.abs(np.fft.rfft(parts * np.hanning(_WINDOW).astype(np.float32), axis=1))
    energy = (bins**2).sum(axis=1)
    loud = energy > np.percentile(energy, 95) * 10 ** (-_FAR_DB / 10)
    peaks = np.where(loud, bins[:, _LOWEST:].argmax(axis=1), -_NOTE)
    held, at = 0, 0
    while at < len(peaks):
        end = at + 1
        while end < len(peaks) and loud[at] and abs(int(peaks[end]) - int(peaks[at])) <= 1:
            end += 1
        held += end - at if end - at >= _NOTE else 0
        at = end
    return held > 0.5 * int(loud.sum())


def _floats(samples: bytes) -> Any:
    return np.frombuffer(samples, dtype="<i2").astype(np.float32) / 32768.0


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
