"""The program in a machine that waits for one run: ``python -m runner.machine``.

It takes where to dial and a one-time token out of its environment at once, trades the token for a
secret that lives in this process only, and loads everything that a run needs while it waits: that
is what warm means. It takes one run, and ends with it.
"""

import asyncio
import contextlib
import importlib
import json
import os
import secrets
import signal
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import structlog
from pydantic import ValidationError

from runner.machine_protocol import (
    BEAT_S,
    BeatFrame,
    EndedFrame,
    Enrolled,
    EnrolRequest,
    ReadyFrame,
    TakeFrame,
    TakenFrame,
    to_machine,
)
from runner.protocol import HEARTBEAT_S, known

VERSION = "1"
PATIENCE_S = 300.0
JUMP_S = 3.0  # a clock that jumped by so much: this machine slept
_NOT_OURS = (401, 403, 404, 410)
_WARM = ("anthropic", "runner.agent.harness", "runner.agent.loop", "runner.egress.registry")
log = structlog.get_logger()

Run = Callable[[dict[str, str]], Awaitable[int]]


class NotOurs(Exception):
    """The coordinator does not want this machine: it ends."""


class NotNeeded(NotOurs):
    """The coordinator has ended this machine: whatever it does is for nobody."""


class WaitingMachine:
    """One machine's line while it waits, and while its run is under way."""

    def __init__(
        self,
        url: str,
        token: str,
        root: Path,
        run: Run,
        *,
        agent_user: str = "",
        proxy_user: str = "",
        facts: dict[str, Any] | None = None,
    ) -> None:
        self._url = url.rstrip("/")
        self._token = token
        self._root = root
        self._run = run
        self._agent_user, self._proxy_user = agent_user, proxy_user
        self._facts = facts or {}
        self._boot_id = secrets.token_hex(16)
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._taken = ""
        self._work: asyncio.Task[int] | None = None
        self._ended = asyncio.Event()

    async def live(self) -> int:
        """Enrol, wait, run once; return the exit code."""
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=10, sock_read=60)
        async with aiohttp.ClientSession(timeout=timeout) as session:
            secret = (await self._enrolled(session)).secret
            self._token = ""
            warming = asyncio.create_task(asyncio.to_thread(_warm))
            lines = asyncio.create_task(self._lines(session, secret))
            ended = asyncio.create_task(self._ended.wait())
            try:
                await asyncio.wait({lines, ended}, return_when=asyncio.FIRST_COMPLETED)
                await self._wound_up(lines)
                if lines.done() and not lines.cancelled() and lines.exception() is not None:
                    raise lines.exception() or NotOurs
                return self._code()
            finally:
                for task in (warming, ended, lines):
                    task.cancel()

    def _code(self) -> int:
        work = self._work
        return work.result() if work is not None and work.done() and not work.cancelled() else 1

    async def _wound_up(self, lines: "asyncio.Task[None]") -> None:
        """A run has a line of its own: it goes on without this one, unless nobody needs it."""
        if lines.done() and self._work is not None:
            if isinstance(lines.exception(), NotNeeded):
                self._work.cancel()
            await asyncio.wait({self._work})

    async def _enrolled(self, session: aiohttp.ClientSession) -> Enrolled:
        request = EnrolRequest(boot_id=self._boot_id, version=VERSION)
        headers = {"Authorization": f"Bearer {self._token}"}
        address, until, wait_s = f"{self._url}/ws/machine/enrol", time.monotonic() + 120, 0.2
        while True:
            with contextlib.suppress(aiohttp.ClientError, TimeoutError, ValidationError):
                async with session.post(address, data=request.to_json(), headers=headers) as answer:
                    if answer.status == 200:
                        return Enrolled.model_validate_json(await answer.text())
                    if answer.status in _NOT_OURS:
                        raise NotOurs(f"the token was refused with {answer.status}")
            if time.monotonic() > until:
                raise NotOurs("the coordinator did not answer")
            await asyncio.sleep(wait_s)
            wait_s = min(wait_s * 2, 5.0)

    async def _lines(self, session: aiohttp.ClientSession, secret: str) -> None:
        headers = {"Authorization": f"Bearer {secret}"}
        last_up, wait_s = time.monotonic(), 0.1
        while True:
            try:
                address = f"{self._url}/ws/machine"
                async with session.ws_connect(
                    address, headers=headers, heartbeat=HEARTBEAT_S
                ) as socket:
                    wait_s = 0.1
                    try:
                        await self._serve(socket)
                    finally:
                        last_up = time.monotonic()
                    if socket.close_code == 4410:
                        raise NotNeeded("the coordinator needs this machine no more")
            except aiohttp.WSServerHandshakeError as error:
                if error.status in _NOT_OURS:
                    raise NotOurs(f"the line was refused with {error.status}") from error
            except (aiohttp.ClientError, ConnectionError, TimeoutError):
                log.info("line broke")
            if time.monotonic() - last_up > PATIENCE_S:
                raise NotOurs("the coordinator did not come back")
            await asyncio.sleep(wait_s)
            wait_s = min(wait_s * 2, 5.0)

    async def _serve(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        ready = ReadyFrame(
            version=VERSION,
            boot_id=self._boot_id,
            runs=self._runs,
            at=datetime.now(UTC),
            facts=self._facts,
        )
        await socket.send_str(ready.to_json())
        self._socket = socket
        beating = asyncio.create_task(self._beat(socket))
        try:
            async for message in socket:
                if message.type is aiohttp.WSMsgType.TEXT:
                    await self._heard(socket, message.data)
        finally:
            self._socket = None
            beating.cancel()

    async def _beat(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        """Say that we live; after a sleep the old line is dead, so dial anew at once."""
        ticks = 0
        with contextlib.suppress(ConnectionError):
            while True:
                before = time.time()
                await asyncio.sleep(1.0)
                if time.time() - before > JUMP_S:
                    await socket.close()
                    return
                ticks += 1
                if ticks % int(BEAT_S) == 0:
                    await socket.send_str(BeatFrame(runs=self._runs).to_json())

    @property
    def _runs(self) -> tuple[str, ...]:
        return (self._taken,) if self._taken else ()

    async def _heard(self, socket: aiohttp.ClientWebSocketResponse, text: str) -> None:
        frame = known(to_machine, text)
        if not isinstance(frame, TakeFrame):
            return
        if self._taken and self._taken != frame.run_id:
            refusal = TakenFrame(run_id=frame.run_id, refused="this machine has had its run")
            await socket.send_str(refusal.to_json())
            return
        if not self._taken:
            self._taken = frame.run_id
            order = {
                "url": self._url,
                "token": frame.token.get_secret_value(),
                "runId": frame.run_id,
                "root": str(self._root),
                "agentUser": self._agent_user,
                "proxyUser": self._proxy_user,
            }
            self._work = asyncio.create_task(self._worked(order))
        await socket.send_str(TakenFrame(run_id=frame.run_id).to_json())

    async def _worked(self, order: dict[str, str]) -> int:
        code = 1
        try:
            code = await self._run(order)
        finally:
            with contextlib.suppress(ConnectionError):
                if self._socket is not None:
                    ended = EndedFrame(run_id=order["runId"], exit_code=code)
                    await self._socket.send_str(ended.to_json())
            self._ended.set()
        return code


def _warm() -> None:
    """Load what a run needs; it takes a second that nobody should wait for later."""
    for name in _WARM:
        importlib.import_module(name)


def boot_checks() -> dict[str, Any]:
    """Return what the checks at boot found, from the file that the entrypoint names."""
    path = os.environ.get("CADENCE_BOOT_CHECKS", "")  # noqa: TID251 - the program in the machine
    if not path:
        return {}
    try:
        found = json.loads(Path(path).read_text())
    except (OSError, ValueError):
        return {"checks": "unreadable"}
    return {"checks": found}


def main() -> int:
    """Wait for a run and execute it."""
    url = os.environ.pop("CADENCE_URL", "")  # noqa: TID251 - the program in the machine
    token = os.environ.pop("CADENCE_MACHINE_TOKEN", "")  # noqa: TID251
    if not url or not token:
        print("CADENCE_URL and CADENCE_MACHINE_TOKEN say where to dial", file=sys.stderr)  # noqa: T201
        return 2
    agent_user = os.environ.pop("CADENCE_AGENT_USER", "")  # noqa: TID251
    proxy_user = os.environ.pop("CADENCE_PROXY_USER", "")  # noqa: TID251
    return asyncio.run(_main(url, token, agent_user, proxy_user))


async def _main(url: str, token: str, agent_user: str, proxy_user: str) -> int:
    from runner.agent.__main__ import log_to_stderr, serve
    from runner.redact import Redactor

    redactor = Redactor([token])
    log_to_stderr(redactor)
    root = Path(tempfile.mkdtemp(prefix="cadence-machine-"))
    machine = WaitingMachine(
        url,
        token,
        root,
        lambda order: serve(order, redactor),
        agent_user=agent_user,
        proxy_user=proxy_user,
        facts=boot_checks(),
    )
    living = asyncio.create_task(machine.live())
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, living.cancel)
    try:
        return await living
    except NotOurs as reason:
        log.warning("this machine ends", reason=str(reason))
        return 3
    except asyncio.CancelledError:
        return 143


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        sys.exit(main())
