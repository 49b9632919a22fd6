"""A coordinator for one run: hands out the work, stores what comes, acknowledges it."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from aiohttp import WSMsgType, web
from pydantic import SecretStr

from runner.protocol import AckFrame, AssignFrame, CancelFrame, TokenFrame, from_runner
from runner.spec import Outcome, RunSpec


class Coordinator:
    """Speaks ``/ws/runner`` to whoever has *token*."""

    def __init__(self, home: Path, *, token: str, clone_token: str) -> None:
        self.url = ""
        self.spec: RunSpec | None = None
        self.bundle = home / "handed.bundle"
        self.kinds: list[str] = []
        self.frames: list[str] = []
        self.outcome: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self.reactions: list[Callable[[str, dict[str, Any]], None]] = []
        self._token = token
        self._clone_token = clone_token
        self._socket: web.WebSocketResponse | None = None

    async def cancel(self, reason: str) -> None:
        assert self._socket is not None
        await self._socket.send_str(CancelFrame(reason=reason).to_json())

    async def dialled(self, request: web.Request) -> web.StreamResponse:
        if request.headers.get("Authorization") != f"Bearer {self._token}":
            return web.Response(status=401)
        self._socket = socket = web.WebSocketResponse()
        await socket.prepare(request)
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                self.frames.append(message.data)
                await self._heard(socket, from_runner.validate_json(message.data))
        return socket

    async def _heard(self, socket: web.WebSocketResponse, frame: Any) -> None:
        match frame.type:
            case "hello":
                assert self.spec is not None
                await socket.send_str(AssignFrame(spec=self.spec).to_json())
            case "need_token":
                answer = TokenFrame(request_id=frame.request_id, token=SecretStr(self._clone_token))
                await socket.send_str(answer.to_json())
            case "event" | "result":
                await self._told(socket, frame)

    async def _told(self, socket: web.WebSocketResponse, frame: Any) -> None:
        await socket.send_str(AckFrame(seq=frame.seq).to_json())
        if frame.type == "result":
            self.outcome.set_result(frame.outcome)
            return
        self.kinds.append(frame.kind.value)
        for reaction in self.reactions:
            reaction(frame.kind.value, frame.data)

    async def handed(self, request: web.Request) -> web.Response:
        data = await request.read()
        self.bundle.write_bytes(data)
        return web.json_response({"sha256": hashlib.sha256(data).hexdigest()})


@asynccontextmanager
async def coordinator(home: Path, *, token: str, clone_token: str) -> AsyncIterator[Coordinator]:
    """Start a coordinator on loopback."""
    made = Coordinator(home, token=token, clone_token=clone_token)
    app = web.Application(client_max_size=1 << 26)
    app.router.add_get("/ws/runner", made.dialled)
    app.router.add_put("/ws/runner/bundle", made.handed)
    runner = web.AppRunner(app, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    made.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield made
    finally:
        await runner.cleanup()
