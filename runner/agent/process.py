"""One subprocess: its own group, a deadline, and an output that is cut to head and tail."""

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from runner.agent.seams import CommandResult

HEAD_BYTES = 5_000
TAIL_BYTES = 5_000


class HeadAndTail:
    """Keeps the beginning and the end of a stream, whatever its length."""

    def __init__(self, head: int = HEAD_BYTES, tail: int = TAIL_BYTES) -> None:
        self._head_size, self._tail_size = head, tail
        self._head, self._tail = bytearray(), bytearray()
        self._length = 0

    def add(self, data: bytes) -> None:
        """Take *data*; what is in neither head nor tail is forgotten."""
        self._length += len(data)
        room = self._head_size - len(self._head)
        if room > 0:
            self._head += data[:room]
            data = data[room:]
        self._tail += data
        if len(self._tail) > 2 * self._tail_size:
            del self._tail[: -self._tail_size]

    def text(self) -> str:
        """Return what was kept, with a line that says how much was left out."""
        tail = bytes(self._tail[-self._tail_size :]) if self._tail_size else b""
        left_out = self._length - len(self._head) - len(tail)
        if left_out <= 0:
            return (bytes(self._head) + tail).decode(errors="replace")
        gap = f"\n[... {left_out} bytes left out ...]\n"
        return self._head.decode(errors="replace") + gap + tail.decode(errors="replace")


def cut(text: str, *, head: int = HEAD_BYTES, tail: int = TAIL_BYTES) -> str:
    """Return *text* cut to its first *head* and last *tail* characters."""
    if len(text) <= head + tail:
        return text
    left_out = len(text) - head - tail
    return f"{text[:head]}\n[... {left_out} characters left out ...]\n{text[-tail:]}"


@asynccontextmanager
async def spawned(
    argv: Sequence[str],
    *,
    env: dict[str, str],
    cwd: Path | None = None,
    stdin: int | None = None,
    pass_fds: Sequence[int] = (),
) -> AsyncIterator[asyncio.subprocess.Process]:
    """Start *argv* in a group of its own, stderr with stdout; nothing of it outlives the block."""
    process = await asyncio.create_subprocess_exec(
        *argv,
        env=env,
        cwd=cwd,
        stdin=asyncio.subprocess.DEVNULL if stdin is None else stdin,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        pass_fds=pass_fds,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        await asyncio.shield(end(process))


async def end(process: asyncio.subprocess.Process) -> None:
    """Kill the group of *process*: asked first, so that it can take down what left the group."""
    for sign, patience_s in ((signal.SIGTERM, 1.0), (signal.SIGKILL, 5.0)):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, sign)
        if process.returncode is None:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(process.wait(), patience_s)


async def execute(
    argv: Sequence[str],
    *,
    env: dict[str, str],
    timeout_s: float,
    cwd: Path | None = None,
    head: int = HEAD_BYTES,
    tail: int = TAIL_BYTES,
    pass_fds: Sequence[int] = (),
) -> CommandResult:
    """Run *argv* to its end or to *timeout_s*, whichever comes first."""
    started = time.monotonic()
    output = HeadAndTail(head, tail)
    timed_out = False
    async with spawned(argv, env=env, cwd=cwd, pass_fds=pass_fds) as process:
        try:
            async with asyncio.timeout(timeout_s):
                await _drain(process, output)
                await process.wait()
        except TimeoutError:
            timed_out = True
    return CommandResult(
        exit_code=124 if timed_out else _shell_code(process.returncode),
        output=output.text(),
        seconds=time.monotonic() - started,
        timed_out=timed_out,
    )


async def _drain(process: asyncio.subprocess.Process, output: HeadAndTail) -> None:
    assert process.stdout is not None  # noqa: S101 - asked for in `spawned`
    while data := await process.stdout.read(65536):
        output.add(data)


def _shell_code(code: int | None) -> int:
    if code is None:
        return 125
    return code if code >= 0 else 128 - code
