"""The egress proxy as a process of another user: a hole in it opens neither keys nor runs.

It is `runner.egress.proxy` with a pipe at each end. In come JSON lines with names that are allowed,
and marks; out go what was reached or refused, and the marks when all before them was said. The
runner makes the socket and hands it over, so the proxy needs no folder. It ends when its input
does.
"""

import asyncio
import contextlib
import json
import logging
import os
import re
import socket
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import structlog

from runner.egress.policy import EgressPolicy, is_name
from runner.egress.proxy import EgressProxy
from runner.egress.seams import Journal

START_S, END_S = 60.0, 5.0
_BACKLOG = 128
_CODE = str(Path(__file__).resolve().parents[2])
_KEPT = re.compile(r"PATH|LANG|LC_\w+|TZ|SSL_CERT_(FILE|DIR)|PIP_\w+|npm_config_\w+", re.IGNORECASE)
_REGISTRY = re.compile(r"[a-z]{1,10} registry")
_MOST_WORDS = 200
log = structlog.get_logger()


class ProxyLost(OSError):
    """The proxy did not come up, or is there no more."""


class ApartProxy:
    """Serves one run's sandbox as another user; see `runner.egress.proxy.EgressProxy`.

    *becoming* are the words before a command line that make it that user's.
    """

    def __init__(self, policy: EgressPolicy, *, becoming: Sequence[str]) -> None:
        self.journal = Journal()
        self._policy, self._becoming = policy, tuple(becoming)
        self._process: asyncio.subprocess.Process | None = None
        self._marks: list[asyncio.Future[None]] = []

    def allow(self, names: tuple[str, ...]) -> None:
        """Add *names* to what is allowed; raise `ValueError` for one that is no host name."""
        EgressPolicy(allow=names)
        self._say({"allow": names})

    async def forget_blocked(self) -> None:
        """Forget all that was refused until now; raise `ProxyLost`."""
        mark = asyncio.get_running_loop().create_future()
        self._marks.append(mark)
        self._say({"mark": True})
        try:
            await asyncio.wait_for(mark, START_S)
        except TimeoutError as error:
            raise ProxyLost("the egress proxy does not answer") from error
        self.journal.blocked.clear()

    @asynccontextmanager
    async def on_socket(self, path: Path) -> AsyncIterator[None]:
        """Listen on the Unix socket *path* for the length of the block; raise `ProxyLost`."""
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(str(path))
            listener.listen(_BACKLOG)
            self._process = process = await self._started(listener.fileno())
        hearing = asyncio.create_task(self._hear(process))
        try:
            self._say({"allow": self._policy.allow, "registries": self._policy.registries})
            await self.forget_blocked()  # it answers, so it serves
            yield
        finally:
            await _ended(process)
            await asyncio.wait({hearing}, timeout=END_S)
            hearing.cancel()

    async def _started(self, listener: int) -> asyncio.subprocess.Process:
        program = (sys.executable, "-P", "-s", "-m", "runner.egress.apart", str(listener))
        try:
            return await asyncio.create_subprocess_exec(
                *self._becoming,
                *program,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                pass_fds=(listener,),
                cwd="/",
                env=_environment(os.environ) | {"PYTHONPATH": _CODE},  # noqa: TID251 - a few of it
                start_new_session=True,
            )
        except OSError as error:
            raise ProxyLost(f"the egress proxy could not be started: {error}") from error

    def _say(self, words: Mapping[str, Any]) -> None:
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.write(json.dumps(words).encode() + b"\n")

    async def _hear(self, process: asyncio.subprocess.Process) -> None:
        """Write down what the proxy says; whoever found a hole in it may say anything."""
        while process.stdout is not None:
            try:
                line = await process.stdout.readline()
            except ValueError:  # longer than anything it has to say
                continue
            if not line:
                break
            with contextlib.suppress(ValueError):
                self._heard(json.loads(line))
        for mark in self._marks:
            if not mark.done():
                mark.set_exception(ProxyLost("the egress proxy ended"))
        self._marks.clear()

    def _heard(self, words: Any) -> None:
        match words:
            case {"reached": str(host)} if is_name(host) or _REGISTRY.fullmatch(host):
                self.journal.reached(host)
            case {"refused": str(host), "reason": str(reason)} if host.isprintable():
                self.journal.refused(host[:253], reason[:_MOST_WORDS])
            case {"mark": True} if self._marks:
                mark = self._marks.pop(0)
                if not mark.done():
                    mark.set_result(None)


async def _ended(process: asyncio.subprocess.Process) -> None:
    """End the proxy: it goes when nobody speaks to it any more."""
    if process.stdin is not None:
        process.stdin.close()
    try:
        await asyncio.wait_for(process.wait(), END_S)
    except TimeoutError:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


def _environment(ours: Mapping[str, str]) -> dict[str, str]:
    """Return what the proxy needs of *ours* to find programs, certificates and registries."""
    return {name: value for name, value in ours.items() if _KEPT.fullmatch(name)}


class _ToldJournal(Journal):
    """A journal that says everything at once, before the client has its answer."""

    def reached(self, host: str) -> None:
        _out({"reached": host})

    def refused(self, host: str, reason: str) -> None:
        if host:
            _out({"refused": host, "reason": reason})


def _out(words: Mapping[str, Any]) -> None:
    os.write(sys.stdout.fileno(), json.dumps(words).encode() + b"\n")


async def _serve(listener: int) -> None:
    """Be the proxy until the input ends."""
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
    )
    first = json.loads(await reader.readline())
    policy = EgressPolicy(allow=tuple(first["allow"]), registries=first["registries"])
    async with AsyncExitStack() as stack:
        registries = None
        if policy.registries:
            from runner.egress.registry import open_registries

            registries = await stack.enter_async_context(open_registries())
        proxy = EgressProxy(policy, registries=registries)
        proxy.journal = _ToldJournal()
        line = socket.socket(fileno=listener)
        await stack.enter_async_context(proxy.on_listener(line))
        while line_of := await reader.readline():
            words = json.loads(line_of)
            if words.get("mark"):
                _out({"mark": True})
            else:
                proxy.allow(tuple(words["allow"]))


if __name__ == "__main__":
    structlog.configure(  # standard output is the runner's
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
    )
    asyncio.run(_serve(int(sys.argv[1])))
