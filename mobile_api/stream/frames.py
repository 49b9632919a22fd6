"""Server-sent events as bytes: made once, written to many.

https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import BaseModel


@dataclass(frozen=True, slots=True)
class Frame:
    """One event on its way: as it is, and as a chunk of HTTP/1.1."""

    raw: bytes
    chunk: bytes


def frame(name: str, data: BaseModel | str, *, mark: str = "") -> Frame:
    """Return an event called *name*; a client that comes back sends the newest *mark*."""
    text = data if isinstance(data, str) else data.model_dump_json(by_alias=True)
    head = f"id: {mark}\n" if mark else ""
    return _made(f"{head}event: {name}\ndata: {text}\n\n".encode())


def joined(frames: Sequence[Frame]) -> Frame:
    """Return several frames as one."""
    return frames[0] if len(frames) == 1 else _made(b"".join(one.raw for one in frames))


def _made(raw: bytes) -> Frame:
    return Frame(raw, b"%x\r\n%s\r\n" % (len(raw), raw))


BEAT = _made(b": still here\n\n")
RETRY = _made(b"retry: 2000\n\n")
END = frame("end", "{}")
