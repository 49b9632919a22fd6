"""The self-test of a cage: whatever must not work is tried, and one success ends the run."""

import asyncio
import os
import secrets
from collections.abc import Awaitable, Callable
from pathlib import Path

from runner.agent.cage import PORT, Cage
from runner.agent.process import spawned
from runner.agent.sandbox_check import explain
from runner.agent.seams import CommandResult, RunFailed
from runner.probe import SILENT

TIMEOUT_S = 60.0  # a busy machine is slow, not leaky


class SandboxUnavailable(RunFailed):
    """There is no cage to be had, or it leaks; the sentence says what to do."""


async def prove(
    cage: Cage, execute: Callable[[list[str], float], Awaitable[CommandResult]], own_file: Path
) -> None:
    """Try from inside what must fail; raise `SandboxUnavailable` when any of it works.

    *own_file* is a file of the runner that no cage may see. A listener on the host's loopback and
    a process with a canary in its environment are put up for the length of the test.
    """
    reached: list[object] = []
    listener = await asyncio.start_server(lambda *ends: _note(reached, *ends), "127.0.0.1", 0)
    canary = {"CADENCE_CANARY": secrets.token_hex(16)}
    port = listener.sockets[0].getsockname()[1]
    probe = str(cage.inner_library / "runner/probe.py")
    argv = ["python3", "-I", "-S", probe, str(port), str(own_file), str(PORT)]
    async with listener, spawned(["sleep", "60"], env=canary | {"PATH": os.defpath}):
        result = await execute(argv, TIMEOUT_S)
    _judge(result, reached=bool(reached))


def _note(reached: list[object], _: object, writer: asyncio.StreamWriter) -> None:
    reached.append(writer)
    writer.close()


def _judge(result: CommandResult, *, reached: bool) -> None:
    *wrong, last = result.output.split("\n")
    if result.exit_code != 0 or last != "done":
        raise SandboxUnavailable(explain(result.output))
    if wrong == [SILENT] and not reached:
        raise SandboxUnavailable(
            "The sandbox's egress proxy gives no answer, so nothing was run; "
            "the machine is too busy, or the proxy died."
        )
    if wrong or reached:
        what = ", ".join(wrong) or "loopback of the host"
        raise SandboxUnavailable(
            f"The sandbox leaks ({what}), so nothing was run; "
            "`cadence doctor` shows what this machine allows."
        )
