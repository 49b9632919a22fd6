"""Keeps the processes that read recordings; a stuck or dead one is replaced."""

import asyncio
import contextlib
import json
import sys
from typing import Any

import structlog

from mobile_api.hearing.formats import LEAST_S, MOST_S, BadAudio, Format, format_of

log = structlog.get_logger()
_TIMEOUT_S, _LINE = 10.0, 64 * 1024
_CRASHED = "the recording cannot be read"
_CUT = "the recording is cut off before anything can be heard: say it again"


class Studio:
    """*workers* processes, started when they are first needed; ``async with`` ends them."""

    def __init__(self, *, workers: int = 2, timeout_s: float = _TIMEOUT_S) -> None:
        self._free: asyncio.LifoQueue[asyncio.subprocess.Process | None] = asyncio.LifoQueue()
        for _ in range(workers):
            self._free.put_nowait(None)
        self._workers: int = workers
        self._timeout_s: float = timeout_s

    async def __aenter__(self) -> "Studio":
        return self

    async def __aexit__(self, *_error: object) -> None:
        for _ in range(self._workers):
            process = await self._free.get()
            if process is not None:
                await _end(process)

    async def warm(self) -> None:
        """Start one process before anybody waits for it."""
        process = await self._free.get()
        self._free.put_nowait(process if process is not None else await _start())

    async def examine(self, data: bytes, *, wants_samples: bool) -> "Recording":
        """Return what there is in *data*; raise `BadAudio`."""
        form = format_of(data)
        asked = {
            "do": "examine", "demuxer": form.demuxer, "ending": form.ending, "mostS": MOST_S,
            "wantsSamples": wants_samples, "isCut": form.is_cut,
        }  # fmt: skip
        facts, more = await self._ask(asked, data)
        if facts.get("error") == "long":
            raise BadAudio("a command has at most 30 seconds")
        if "error" in facts:
            raise BadAudio(_CUT if form.is_cut else _CRASHED)
        recording = Recording(form, facts, data if facts.get("same") else more)
        if form.is_cut and recording.verdict != "speech":
            raise BadAudio(_CUT)
        return recording

    async def listen(self, samples: bytes, grammar: str, sounds: dict[str, str]) -> str:
        """Return what the recogniser of this machine hears in *samples*."""
        asked = {"do": "listen", "grammar": grammar, "sounds": sounds}
        facts, _ = await self._ask(asked, samples)
        return str(facts["text"])

    async def _ask(self, asked: dict[str, Any], data: bytes) -> tuple[dict[str, Any], bytes]:
        process = await self._free.get()
        keep: asyncio.subprocess.Process | None = None
        try:
            if process is None or process.returncode is not None:
                process = await _start()
            async with asyncio.timeout(self._timeout_s):
                answer = await _exchange(process, asked, data)
            keep = process
        except (TimeoutError, EOFError, OSError, ValueError) as error:
            log.warning("a recording broke its reader", error=type(error).__name__)
            raise BadAudio(_CRASHED) from error
        finally:
            if keep is None and process is not None:
                await _end(process)
            self._free.put_nowait(keep)
        return answer


class Recording:
    """What is in a recording: how long, whether anybody speaks, and the bytes to send on.

    One that *is_doubtful* is cut off, or sounds like music: its words may be others than were said.
    """

    def __init__(self, form: Format, facts: dict[str, Any], data: bytes) -> None:
        self.seconds = float(facts["seconds"])
        self.verdict = "silence" if self.seconds < LEAST_S else str(facts["verdict"])
        self.is_doubtful = form.is_cut or bool(facts["isHeld"])
        self.ending = str(facts["ending"])
        self.media = "audio/wav" if self.ending == "wav" else form.media
        self.data = data


async def _start() -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "mobile_api.hearing.worker",
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL, env={}, limit=_LINE, start_new_session=True,
    )  # fmt: skip


async def _exchange(
    process: asyncio.subprocess.Process, asked: dict[str, Any], data: bytes
) -> tuple[dict[str, Any], bytes]:
    if process.stdin is None or process.stdout is None:
        raise EOFError
    process.stdin.write(json.dumps(asked | {"size": len(data)}).encode() + b"\n" + data)
    await process.stdin.drain()
    facts: dict[str, Any] = json.loads(await process.stdout.readline() or b"!")
    return facts, await process.stdout.readexactly(facts["size"])


async def _end(process: asyncio.subprocess.Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        process.kill()
    if process.stdin is not None:
        process.stdin.close()
    await process.wait()
