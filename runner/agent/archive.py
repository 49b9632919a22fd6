"""The parts of checkpoints, carried to the coordinator and back over HTTP."""

import asyncio
import hashlib
import io
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Literal, Protocol

import aiohttp
import structlog

from runner.agent.seams import RunFailed, StoreAway
from runner.spec import Checkpoint, Part

_WAITS_S = (0.2, 0.5, 1.0, 2.0, 4.0, None)
# Without these files work would be lost: as long as a line is dialled again, and longer.
_LONG_WAITS_S = (0.2, 0.5, 1.0, 2.0, 4.0, *(5.0,) * 25, None)
_FINAL = (401, 404, 410, 413, 422)
_PIECE = 256 * 1024
log = structlog.get_logger()


class Line(Protocol):
    """The line that says where the run stands."""

    async def keep(self, checkpoint: Checkpoint) -> None:
        """Say where the run stands."""
        ...

    async def say_paused(self, *, is_paused: bool) -> None:
        """Say whether the run waits."""
        ...


class LineArchive:
    """See `runner.agent.seams.Archive` for the promises."""

    def __init__(
        self,
        line: Line,
        session: Callable[[], aiohttp.ClientSession | None],
        url: str,
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._line = line
        self._session = session
        self._url = url
        self._sleep = sleep

    async def put(self, kind: Literal["talk", "tree"], data: bytes | Path) -> Part:
        """Store one part, trying for some seconds; raise `RunFailed`, `StoreAway` among them."""
        body = data if isinstance(data, bytes) else await asyncio.to_thread(data.read_bytes)
        sha256 = hashlib.sha256(body).hexdigest()
        why = "the line was never up"
        for wait_s in _WAITS_S:
            session = self._session()
            if session is not None:
                try:
                    async with session.put(self._address(sha256), data=io.BytesIO(body)) as answer:
                        if answer.status == 200:
                            return Part(kind=kind, sha256=sha256, bytes=len(body))
                        why = f"the coordinator answered {answer.status}"
                        if answer.status in _FINAL:
                            raise RunFailed(f"A part of a checkpoint was not accepted: {why}.")
                except (aiohttp.ClientError, TimeoutError) as error:
                    why = type(error).__name__
            if wait_s is not None:
                await self._sleep(wait_s)
        raise StoreAway(f"A part of a checkpoint could not be stored: {why}.")

    async def get(self, part: Part, target: Path) -> Path:
        """Fetch one part and check that it is the one; a coordinator may be away meanwhile."""
        for wait_s in _LONG_WAITS_S:
            session = self._session()
            try:
                if session is not None and await self._fetched(session, part, target):
                    return target
            except (aiohttp.ClientError, TimeoutError) as error:
                log.warning("part not fetched", error=type(error).__name__)
            if wait_s is not None:
                await self._sleep(wait_s)
        raise RunFailed("A part of the checkpoint could not be fetched.")

    async def keep(self, checkpoint: Checkpoint) -> None:
        """Say where the run stands."""
        await self._line.keep(checkpoint)

    async def say_paused(self, *, is_paused: bool) -> None:
        """Say whether the run waits."""
        await self._line.say_paused(is_paused=is_paused)

    async def _fetched(self, session: aiohttp.ClientSession, part: Part, target: Path) -> bool:
        async with session.get(self._address(part.sha256)) as answer:
            if answer.status in _FINAL:
                raise RunFailed("A part of the checkpoint is gone.")
            if answer.status != 200:
                return False
            digest = hashlib.sha256()
            with target.open("wb") as file:
                async for piece in answer.content.iter_chunked(_PIECE):
                    digest.update(piece)
                    file.write(piece)
        if digest.hexdigest() != part.sha256:
            raise RunFailed("A part of the checkpoint is broken.")
        return True

    def _address(self, sha256: str) -> str:
        return f"{self._url}/ws/runner/parts/{sha256}"


async def upload_bundle(
    session: aiohttp.ClientSession | None,
    url: str,
    path: Path,
    *,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> str:
    """Hand over the bundle at *path*; return its SHA-256 in hex."""
    if session is None:
        raise RunFailed("the work could not be handed over: the line was never up")
    for wait_s in _LONG_WAITS_S:
        try:
            with path.open("rb") as body:
                async with session.put(f"{url}/ws/runner/bundle", data=body) as answer:
                    if answer.status == 200:
                        return str((await answer.json())["sha256"])
                    if answer.status in _FINAL or answer.status == 403:
                        raise RunFailed(f"the work was not accepted: {await answer.text()}")
        except (aiohttp.ClientError, TimeoutError) as error:
            log.warning("bundle not sent", error=type(error).__name__)
        if wait_s is not None:
            await sleep(wait_s)
    raise RunFailed("the work could not be handed over: the coordinator did not answer")
