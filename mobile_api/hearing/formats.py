"""What kind of file a recording is, told from its bytes; names and types are not believed."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from bot.errors import InvalidRequest

MOST_BYTES = 5 * 1024 * 1024
MOST_S, LEAST_S = 30.05, 0.25


class BadAudio(InvalidRequest):
    """The recording cannot be used; the message says why, for people."""

    kind = "bad-audio"


@dataclass(frozen=True, slots=True)
class Format:
    """A container: what it is called at the end of a name, on the wire, and by the demuxer.

    *is_cut* ones were streamed and end in the middle: there may be sound before the end.
    """

    ending: str
    media: str
    demuxer: str
    is_cut: bool = False


WEBM = Format("webm", "audio/webm", "matroska")
MP4 = Format("m4a", "audio/mp4", "mov")
WAV = Format("wav", "audio/wav", "wav")
OGG = Format("ogg", "audio/ogg", "ogg")
_CUT = "the recording is cut off"
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
        return _of_webm(data)
    if data[4:8] == b"ftyp" and data[8:12] in _BRANDS:
        return _of_mp4(data)
    if data[:4] == b"RIFF" and data[8:12] == b"WAVE":
        return _whole_wav(data)
    if data[:4] == b"OggS":
        return _of_ogg(data)
    raise BadAudio(f"this is no recording: {_KINDS}")


def _whole_wav(data: bytes) -> Format:
    """Return WAV unless the file ends before the end that its header names."""
    told = int.from_bytes(data[4:8], "little")
    # A recorder that streams writes 0 or the largest number: the end is not known then.
    if told not in {0, 0xFFFFFFFF} and told + 8 > len(data) + 1:
        raise BadAudio(_CUT)
    return WAV


def _of_ogg(data: bytes) -> Format:
    """Return OGG, cut unless the last page is whole and says that it is the last."""
    at = data.rfind(b"OggS")
    page = data[at : at + 27]
    if len(page) < 27 or not page[5] & 0x04:
        return replace(OGG, is_cut=True)
    sizes = data[at + 27 : at + 27 + page[26]]
    end = at + 27 + page[26] + sum(sizes)
    return OGG if len(sizes) == page[26] and end <= len(data) else replace(OGG, is_cut=True)


def _of_mp4(data: bytes) -> Format:
    """Return MP4; a file in fragments may be cut, another names its length and is refused."""
    at, has_fragments = 0, False
    while at < len(data):
        size, name = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        has_fragments |= name == b"moof"
        if size == 0:  # to the end of the file
            return MP4
        if size == 1:
            size = int.from_bytes(data[at + 8 : at + 16], "big")
        at += max(size, 8)
    if at > len(data) and not has_fragments:
        raise BadAudio(_CUT)
    return MP4 if at == len(data) else replace(MP4, is_cut=True)


_SEGMENT, _CLUSTER = b"\x18\x53\x80\x67", b"\x1f\x43\xb6\x75"


def _of_webm(data: bytes) -> Format:
    """Return WEBM, cut when its last element is; one that names its length is refused then."""
    has_segment = False
    for name, end in _elements(data):
        has_segment |= name == _SEGMENT
        if end is not None and end > len(data):
            if name == _SEGMENT:
                raise BadAudio(_CUT)
            return replace(WEBM, is_cut=True)
    if not has_segment:
        raise BadAudio(_CUT)
    return WEBM


def _elements(data: bytes) -> Iterator[tuple[bytes, int | None]]:
    """Yield name and end of each element; segments and clusters, which may not know, are entered.

    What is no whole head of an element ends behind the file. See RFC 8794.
    """
    at = 0
    while at < len(data):
        width = 9 - data[at].bit_length()
        name, at = data[at : at + width], at + width
        first = data[at] if at < len(data) else 0
        more = 9 - first.bit_length()
        if width > 4 or more > 8 or at + more > len(data):
            yield name, len(data) + 1
            return
        told = int.from_bytes(data[at : at + more], "big") & ((1 << 7 * more) - 1)
        at += more
        end = None if told == (1 << 7 * more) - 1 else at + told
        yield name, end
        if name not in {_SEGMENT, _CLUSTER}:
            at = len(data) if end is None else end
