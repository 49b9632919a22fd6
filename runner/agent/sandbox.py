"""The hands of a run: everything that the model or the repository asks for happens in a cage.

One long-lived cage holds the tools (`Sandbox.call`); every command of the harness gets a fresh
one on the same workspace and home (`Sandbox.run`). See ``docs/security.md`` for the walls.
"""

import asyncio
import shutil
import sys
from collections.abc import AsyncIterator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal, TypeVar

import structlog

from runner.agent import socket_place, toolpipe
from runner.agent.agent_user import AgentUser, let_pass
from runner.agent.cage import Cage, write_etc
from runner.agent.lifeline import lifeline
from runner.agent.limits import Limits, cgroup, disk_usage_mb, group_name, joining
from runner.agent.process import cut, execute
from runner.agent.sandbox_check import explain
from runner.agent.seams import CommandResult, ToolFailed, ToolRetry
from runner.agent.selftest import SandboxUnavailable, prove
from runner.agent.toolpipe import PipeBroken, ToolPipe
from runner.egress.apart import ApartProxy, ProxyLost
from runner.egress.policy import EgressPolicy
from runner.egress.proxy import EgressProxy
from runner.egress.registry import open_registries
from runner.egress.seams import Registries

TOOL_TIMEOUT_S = 120.0
MAX_BREAKS = 3
DISK_CHECK_S = 5.0
_READ_CHARS = (20_000, 10_000)
T = TypeVar("T")
Proxy = EgressProxy | ApartProxy
log = structlog.get_logger()


class Sandbox:
    """Implements `runner.agent.seams.Hands`; made by `open_sandbox`."""

    def __init__(self, cage: Cage, groups: tuple[Path, ...], proxy: Proxy) -> None:
        self.journal = proxy.journal
        self._proxy = proxy
        self._cage, self._groups = cage, groups
        self._pipe: ToolPipe | None = None
        self._breaks = 0
        self._too_full: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    @property
    def isolation(self) -> str:
        """``bubblewrap`` or ``none``, as the pull request says it."""
        return "bubblewrap" if self._cage.is_caged else "none"

    @property
    def workspace(self) -> Path:
        """The workspace as commands see it."""
        return self._cage.inner_workspace

    @property
    def home(self) -> Path:
        """The home as commands see it; what is in it lasts as long as the run."""
        return self._cage.inner_home

    @property
    def host_workspace(self) -> Path:
        """The workspace on the host; its contents are the agent's, so read nothing by name."""
        return self._cage.workspace

    @property
    def host_home(self) -> Path:
        """The home on the host; its contents are the agent's, too."""
        return self._cage.home

    async def hand_over(self, *places: Path) -> None:
        """Give *places*, which the runner has filled, to the user of the commands."""
        if self._cage.user:
            await asyncio.to_thread(self._cage.user.hand_over, *places)

    def allow_hosts(self, names: tuple[str, ...]) -> None:
        """Let commands reach *names*, too, from now on: what the base commit allows."""
        self._proxy.allow(names)

    async def call(self, name: str, arguments: dict[str, Any]) -> str | list[dict[str, Any]]:
        """Execute one of the SDK's tools; see `Hands.call`."""
        asked_s = arguments.get("timeout_ms")
        seconds = asked_s / 1000 if isinstance(asked_s, int | float) else 0.0
        timeout_s = min(max(seconds, TOOL_TIMEOUT_S), 1_800.0) + 30.0
        head, tail = _READ_CHARS if name == "read" else (5_000, 5_000)
        try:
            content = await self._unless_full(self._call(name, arguments, timeout_s))
        except ToolRetry as retry:
            raise ToolRetry(cut(str(retry), head=head, tail=tail)) from retry
        return cut(content, head=head, tail=tail) if isinstance(content, str) else content

    async def _call(
        self, name: str, arguments: dict[str, Any], timeout_s: float
    ) -> str | list[dict[str, Any]]:
        try:
            pipe = self._pipe or await self.start_tools()
            content = await pipe.call(name, arguments, timeout_s=timeout_s)
        except PipeBroken as broken:
            await self._stop_tools()
            self._breaks += 1
            log.warning("tools broke", reason=str(broken), breaks=self._breaks)
            if self._breaks >= MAX_BREAKS:
                raise ToolFailed(f"The sandbox broke {MAX_BREAKS} times in a row.") from broken
            raise ToolRetry(
                f"{broken}. The tools were started again; the shell's directory, variables and "
                "processes are gone, files are as they were. It may have run out of memory."
            ) from broken
        self._breaks = 0
        return content

    async def run(
        self, command: str, *, timeout_s: float, env: dict[str, str] | None = None
    ) -> CommandResult:
        """Run *command* with bash in a fresh cage; see `Hands.run`."""
        return await self._unless_full(self.execute(["bash", "-c", command], timeout_s, env=env))

    async def execute(
        self, argv: list[str], timeout_s: float, *, env: dict[str, str] | None = None
    ) -> CommandResult:
        """Run *argv* in a fresh cage."""
        line, environment = self._command(argv, env or {})
        return await execute(
            line,
            env=environment,
            timeout_s=timeout_s,
            cwd=self._cage.workspace,
            pass_fds=self._cage.files,
        )

    def _command(self, argv: list[str], env: dict[str, str]) -> tuple[list[str], dict[str, str]]:
        """Return the command line on the host and the environment it is started with."""
        settings = [f"{name}={value}" for name, value in env.items()]
        line = ["env", "--", *settings, *argv] if settings else argv
        made = self._cage.command(line, has_memory_group=bool(self._groups))
        return joining(self._groups, made), self._cage.environment()

    async def start_tools(self) -> ToolPipe:
        """Start the long-lived cage; it may still be importing when this returns."""
        cage = self._cage
        argv = [sys.executable, "-P", "-s", "-m", "runner.toolhost", str(cage.inner_workspace)]
        argv += [str(cage.inner_home), "/tmp"] if cage.is_caged else [str(cage.inner_home)]  # noqa: S108
        line, environment = self._command(argv, {"PYTHONPATH": str(cage.inner_library)})
        self._pipe = await toolpipe.start(
            line, env=environment, cwd=cage.workspace, pass_fds=cage.files
        )
        return self._pipe

    async def _stop_tools(self) -> None:
        pipe, self._pipe = self._pipe, None
        if pipe:
            await pipe.close()

    async def _unless_full(self, work: Coroutine[Any, Any, T]) -> T:
        """Await *work*; end the run as soon as the disk is too full."""
        task = asyncio.ensure_future(work)
        try:
            waited: set[asyncio.Future[Any]] = {task, self._too_full}
            await asyncio.wait(waited, return_when=asyncio.FIRST_COMPLETED)
            if self._too_full.done():
                raise ToolFailed(self._too_full.result())
            return await task
        finally:
            if not task.done():
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)

    async def watch_disk(self) -> None:
        """Look at workspace and home now and then until they are too large."""
        limit_mb = self._cage.limits.disk_mb
        while True:
            places = (self._cage.workspace, self._cage.home)
            used_mb = await asyncio.to_thread(disk_usage_mb, *places)
            if used_mb > limit_mb:
                self._too_full.set_result(
                    f"The workspace grew to {used_mb:.0f} MB; {limit_mb} MB are allowed."
                )
                return
            await asyncio.sleep(DISK_CHECK_S)

    async def close(self) -> None:
        """End the tools and whatever they started."""
        await self._stop_tools()
        self._too_full.cancel()


@asynccontextmanager
async def open_sandbox(
    *,
    workspace: Path,
    root: Path,
    mode: Literal["bubblewrap", "none"] = "bubblewrap",
    egress: EgressPolicy,
    registries: Registries | None = None,
    limits: Limits | None = None,
    user: AgentUser | None = None,
) -> AsyncIterator[Sandbox]:
    """Open the hands for *workspace*; refuse with `SandboxUnavailable` when the cage is not tight.

    *root* is a folder of the runner for home and settings of the cage, never seen from inside
    but for those. The tools start at once, so open it before the clone; *workspace* may still be
    empty, but is not moved or replaced afterwards. *registries* defaults to the operator's own;
    with a *user* the commands are that user's, and *workspace* is once it was handed over.
    """
    if mode == "bubblewrap" and shutil.which("bwrap") is None:
        raise SandboxUnavailable(explain(""))
    async with AsyncExitStack() as stack:
        proxy = await _proxy(stack, egress, registries, user)
        place = _socket_place(root, user)
        stack.callback(shutil.rmtree, place, ignore_errors=True)
        try:
            await stack.enter_async_context(proxy.on_socket(place / "egress.sock"))
        except ProxyLost as error:
            raise SandboxUnavailable(str(error)) from error
        cage = _prepared(workspace, root, place / "egress.sock", mode, limits or Limits(), user)
        cage = replace(cage, lifeline=stack.enter_context(lifeline()))
        groups = await stack.enter_async_context(cgroup(group_name(), cage.limits))
        hands = Sandbox(cage, groups, proxy)
        stack.push_async_callback(hands.close)
        await hands.start_tools()
        if cage.is_caged:
            await prove(cage, hands.execute, _own_file(root))
            await proxy.forget_blocked()  # the self-test's own attempts
        watching = asyncio.create_task(hands.watch_disk())
        stack.callback(watching.cancel)
        yield hands


def _prepared(
    workspace: Path,
    root: Path,
    socket: Path,
    mode: str,
    limits: Limits,
    user: AgentUser | None,
) -> Cage:
    home, etc = root / "home", root / "etc"
    for place in (workspace, home):
        place.mkdir(parents=True, exist_ok=True)
    write_etc(etc)
    if user is not None:
        let_pass(workspace.parent, workspace, root, socket.parent)
        socket.chmod(0o666)  # its folder lets nobody look
        user.hand_over(home)
    return Cage(
        workspace=workspace.resolve(),
        home=home.resolve(),
        etc=etc.resolve(),
        socket=socket,
        limits=limits,
        is_caged=mode == "bubblewrap",
        user=user,
    )


async def _proxy(
    stack: AsyncExitStack,
    egress: EgressPolicy,
    registries: Registries | None,
    user: AgentUser | None,
) -> Proxy:
    """Return the way out: ours, or a process of the user that a rented machine has for it."""
    if user is not None and user.proxy is not None:
        return ApartProxy(egress, becoming=user.proxy.becoming())
    if registries is None and egress.registries:
        registries = await stack.enter_async_context(open_registries())
    return EgressProxy(egress, registries=registries)


def _socket_place(root: Path, user: AgentUser | None) -> Path:
    """Make a place outside *root*; write it down there: it goes, too, when we are killed."""
    try:
        place = socket_place.make(is_shared=user is not None)
    except socket_place.NoPlace as error:
        raise SandboxUnavailable(f"{error}; set TMPDIR to a short one of your own") from error
    root.mkdir(parents=True, exist_ok=True)
    (root / socket_place.NOTE).write_text(str(place))
    return place


def _own_file(root: Path) -> Path:
    """Return a file of the runner, made for the self-test."""
    path = root / "runner-only"
    path.write_text("not for the cage")
    return path.resolve()
