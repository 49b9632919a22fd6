"""The doors through which machines hand over files and get them back: bundles, checkpoint parts.

A run may write below its own agent's name only. What came is looked at as a whole before it is
kept: a part must have the SHA-256 that its name says.
"""

import asyncio
import hashlib
import re
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

from aiohttp import web

from bot.blobs import Blobs
from bot.domain import Run
from bot.errors import NotFound, Unavailable

MAX_BUNDLE_BYTES = 200 * 1024 * 1024
MAX_PART_BYTES = 64 * 1024 * 1024
_PIECE = 256 * 1024
_SHA256 = re.compile(r"[0-9a-f]{64}\Z")

Authenticated = Callable[[web.Request], Awaitable[Run]]


def bundle_name(run_id: str) -> str:
    """Return the name that the bundle of a run is kept under."""
    return f"bundles/{run_id}.bundle"


def part_name(agent_id: str, sha256: str) -> str:
    """Return the name that a part of an agent's checkpoints is kept under."""
    return f"checkpoints/{agent_id}/{sha256}"


class Uploads:
    """Routes for what is too large for a frame."""

    def __init__(self, blobs: Blobs, authenticated: Authenticated) -> None:
        self._blobs = blobs
        self._authenticated = authenticated

    def routes(self) -> list[web.AbstractRouteDef]:
        """Return the routes to add to the application."""
        return [
            web.put("/ws/runner/bundle", self._bundle_put),
            web.put("/ws/runner/parts/{sha256}", self._part_put),
            web.get("/ws/runner/parts/{sha256}", self._part_get),
        ]

    async def fetch_bundle(self, run_id: str, folder: Path) -> Path:
        """Copy the bundle of a run into *folder*; raise `NotFound`."""
        await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
        return await self._blobs.get_file(bundle_name(run_id), folder / f"{run_id}.bundle")

    async def drop_bundle(self, run_id: str) -> None:
        """Forget the bundle of a run."""
        await self._blobs.remove([bundle_name(run_id)])

    async def _bundle_put(self, request: web.Request) -> web.Response:
        run = await self._authenticated(request)
        return await self._taken(request, bundle_name(run.id), limit=MAX_BUNDLE_BYTES)

    async def _part_put(self, request: web.Request) -> web.Response:
        run = await self._authenticated(request)
        sha256 = _wanted(request)
        name = part_name(run.agent_id, sha256)
        return await self._taken(request, name, limit=MAX_PART_BYTES, sha256=sha256)

    async def _part_get(self, request: web.Request) -> web.StreamResponse:
        run = await self._authenticated(request)
        name = part_name(run.agent_id, _wanted(request))
        try:
            if not await self._blobs.has(name):
                raise web.HTTPNotFound
            answer = web.StreamResponse(headers={"Content-Type": "application/octet-stream"})
            await answer.prepare(request)
            async for piece in self._blobs.stream(name):
                await answer.write(piece)
        except NotFound as error:
            raise web.HTTPNotFound from error
        except Unavailable as error:
            raise web.HTTPServiceUnavailable from error
        await answer.write_eof()
        return answer

    async def _taken(
        self, request: web.Request, name: str, *, limit: int, sha256: str = ""
    ) -> web.Response:
        with tempfile.NamedTemporaryFile(prefix="cadence-") as file:
            digest, size = hashlib.sha256(), 0
            async for piece in request.content.iter_chunked(_PIECE):
                size += len(piece)
                if size > limit:
                    raise web.HTTPRequestEntityTooLarge(limit, size)
                digest.update(piece)
                file.write(piece)
            file.flush()
            found = digest.hexdigest()
            if sha256 and found != sha256:
                raise web.HTTPUnprocessableEntity(text="this is not the file that its name says")
            try:
                await self._blobs.put(name, Path(file.name))
            except Unavailable as error:
                raise web.HTTPServiceUnavailable from error
        return web.json_response({"sha256": found, "bytes": size})


def _wanted(request: web.Request) -> str:
    sha256 = request.match_info["sha256"]
    if not _SHA256.match(sha256):
        raise web.HTTPNotFound
    return sha256
