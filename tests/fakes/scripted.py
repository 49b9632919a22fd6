"""A server that says what it was told to say, whoever asks what."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from aiohttp import web


@dataclass
class Scripted:
    """`says` is answered in order, the last one for ever; `heard` is what was asked."""

    says: list[tuple[int, Any, Mapping[str, str]]]
    heard: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    url: str = ""
    _runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_route("*", "/{anything:.*}", self._answer)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    async def _answer(self, request: web.Request) -> web.Response:
        self.heard.append((request.method, str(request.rel_url), dict(request.headers)))
        status, body, headers = self.says.pop(0) if len(self.says) > 1 else self.says[0]
        if isinstance(body, str):
            return web.Response(status=status, text=body, headers=dict(headers))
        return web.json_response(body, status=status, headers=dict(headers))
