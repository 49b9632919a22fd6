"""What kind of file a recording is, told from its bytes; names and types are not believed."""

from dataclasses import dataclass

from bot.errors import InvalidRequest

MOST_BYTES = 5 * 1024 * 1024
MOST_S, LEAST_S = 30.05, 0.25


class BadAudio(InvalidRequest):
    """The recording cannot be used; the message says why, for people."""

    kind = "bad-audio"


@dataclass(frozen=True, slots=True)
class Format:
    """A container: what it is called at the end of a name, on the wire, and by the demuxer."""

    ending: str
    media: str
    demuxer: str


WEBM = Format("webm", "audio/webm", "matroska")
MP4 = Format("m4a", "audio/mp4", "mov")
WAV = Format("wav", "audio/wav", "wav")
OGG = Format("ogg", "audio/ogg", "ogg")
_KINDS = "a recording is webm, mp4, m4a, wav or ogg"
_BRANDS = (b"M4A ", b"M4B ", b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"dash",
           b"MSNV", b"avc1", b"qt  ", b"f4a ", b"iso8", b"iso9", b"cmfc", b"mp4a")  # fmt: skip


def format_of(data: bytes) -> Format:
    """Return the format of *data*; raise `BadAudio` for anything else, however it is called."""
    if not data:
        raise BadAudio("the recording is empty")
    if len(data) > MOST_BYTES:
        raise BadAudio("the recording is larger than 5 MB")
    if data[:4] == b"\x1a\x45\xdf\xa3" and b"webm" in data[:64]:
        return _whole_webm(data)
    if data[4:8] == b"ftyp" and data[8:12] in _BRANDS:
        return MP4
    if data[:4] == b"RIFF" and data[8:12] == b"WAVE":
        return _whole_wav(data)
    if data[:4] == b"OggS":
        return _whole_ogg(data)
    raise BadAudio(f"this is no recording: {_KINDS}")


def _whole_wav(data: bytes) -> Format:
    """Return WAV unless the file ends before the end that its header names."""
    told = int.from_bytes(data[4:8], "little")
    # A recorder that streams writes 0 or the largest number: the end is not known then.
    if told not in {0, 0xFFFFFFFF} and told + 8 > len(data) + 1:
        raise BadAudio("the recording is cut off")
    return WAV


def _whole_ogg(data: bytes) -> Format:
    """Return OGG unless its last page is not the last of the stream."""
    last = data.rfind(b"OggS")
    if last + 6 > len(data) or not data[last + 5] & 0x04:
        raise BadAudio("the recording is cut off")
    return OGG


def _whole_webm(data: bytes) -> Format:
    """Return WEBM unless the segment names a size and the file ends before it."""
    at = data.find(b"\x18\x53\x80\x67", 0, 256)
    if at < 0:
        raise BadAudio("the recording is cut off")
    first = data[at + 4] if at + 4 < len(data) else 0
    width = 9 - first.bit_length() if first else 9
    raw = data[at + 4 : at + 4 + width]
    told = int.from_bytes(raw, "big") & ((1 << (7 * width)) - 1) if width <= 8 else 0
    unknown = width > 8 or told == (1 << (7 * width)) - 1
    if not unknown and at + 4 + width + told > len(data):
        raise BadAudio("the recording is cut off")
    return WEBM
