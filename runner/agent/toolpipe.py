"""The pipe to the toolhost: JSON lines, one request at a time, a limit on every frame."""

import asyncio
import contextlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from runner.agent.process import HeadAndTail, end
from runner.agent.seams import ToolRetry
from runner.toolhost import MAX_FRAME_BYTES

START_TIMEOUT_S = 60.0


class PipeBroken(Exception):
    """The toolhost is gone, hangs, or talks nonsense."""


class ToolPipe:
    """One living toolhost."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        if process.stdin is None or process.stdout is None or process.stderr is None:
            raise ValueError("a toolhost needs three pipes")
        self._process = process
        self._requests, self._answers = process.stdin, process.stdout
        self._errors = HeadAndTail(1_000, 2_000)
        self._draining = asyncio.create_task(self._drain(process.stderr))
        self._ready = asyncio.create_task(self._answer_to(0, START_TIMEOUT_S))
        self._turn = asyncio.Lock()
        self._last = 0

    @property
    def pid(self) -> int:
        """The process id of the outermost process."""
        return self._process.pid

    async def call(
        self, name: str, arguments: dict[str, Any], *, timeout_s: float
    ) -> str | list[dict[str, Any]]:
        """Execute one tool; raise `ToolRetry` as the tool says, `PipeBroken` for all else."""
        async with self._turn:
            await self._ready
            self._last += 1
            request = {"id": self._last, "name": name, "arguments": arguments}
            try:
                self._requests.write(json.dumps(request).encode() + b"\n")
                await self._requests.drain()
            except OSError as error:
                raise PipeBroken("the tools have ended") from error
            return await self._answer_to(self._last, timeout_s)

    async def _answer_to(self, number: int, timeout_s: float) -> str | list[dict[str, Any]]:
        try:
            async with asyncio.timeout(timeout_s):
                line = await self._answers.readline()
            answer = json.loads(line) if line else None
        except TimeoutError as error:
            raise PipeBroken(f"the tool did not answer within {timeout_s:g} s") from error
        except (ValueError, RecursionError) as error:
            raise PipeBroken("the tools sent something that is not an answer") from error
        if answer is None:
            raise PipeBroken(f"the tools have ended: {self._errors.text().strip()[-300:]}")
        return _content(answer, number)

    async def _drain(self, stream: asyncio.StreamReader) -> None:
        while data := await stream.read(65536):
            self._errors.add(data)

    async def close(self) -> None:
        """End the toolhost and everything below it."""
        for task in (self._ready, self._draining):
            task.cancel()
        await end(self._process)
        await asyncio.gather(self._ready, self._draining, return_exceptions=True)
        self._requests.close()
        with contextlib.suppress(OSError):
            await self._requests.wait_closed()


def _content(answer: Any, number: int) -> str | list[dict[str, Any]]:
    """Return what *answer* holds; it comes from inside the cage and may be anything."""
    if not isinstance(answer, dict) or answer.get("id") != number:
        raise PipeBroken("the tools answered something that was not asked")
    if isinstance(answer.get("retry"), str):
        raise ToolRetry(answer["retry"])
    content = answer.get("ok")
    if isinstance(content, str):
        return content
    if isinstance(content, list) and all(isinstance(block, dict) for block in content):
        return content
    raise PipeBroken("the tools answered without content")


async def start(
    argv: Sequence[str], *, env: dict[str, str], cwd: Path, pass_fds: Sequence[int] = ()
) -> ToolPipe:
    """Start a toolhost by *argv*; the caller closes it."""
    process = await asyncio.create_subprocess_exec(
        *argv,
        env=env,
        cwd=cwd,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        pass_fds=pass_fds,
        start_new_session=True,
        limit=MAX_FRAME_BYTES,
    )
    return ToolPipe(process)
