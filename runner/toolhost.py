"""The hands: executes the SDK's tools inside the sandbox for a harness outside it.

Speaks JSON lines on standard input and output. ``{"id", "name", "arguments"}`` goes in;
``{"id", "ok": content}``, ``{"id", "retry": message}`` or ``{"id", "failed": message}`` comes out.
Started by `runner.agent.sandbox` with ``WORKSPACE [ROOT...]``; ends when its input ends.
"""

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

from runner import cage_init, toolset

MAX_FRAME_BYTES = 32 * 1024 * 1024
DEFAULT_TIMEOUT_S = 120.0
MAX_TIMEOUT_S = 1_800.0
_OWN_VARIABLES = ("PYTHONPATH",)


class Retry(Exception):
    """The call failed in a way that the model can mend."""


class Toolhost:
    """The tools of one run, with a shell that is started again when it is gone."""

    def __init__(self, workspace: Path, roots: list[Path]) -> None:
        self._sdk = toolset.load()
        own = dict(os.environ)  # noqa: TID251 - made for this process by the cage
        self._env = {name: value for name, value in own.items() if name not in _OWN_VARIABLES}
        self._workspace = workspace
        context = self._sdk.AgentToolContext(
            workdir=workspace,
            env=self._env,
            allowed_roots=[root for root in roots if root.exists()],
        )
        made = self._sdk.beta_agent_toolset_20260401(context)
        self._tools = {tool.name: tool for tool in made if tool.name != "bash"}
        self._shell: Any = None

    async def call(self, name: str, arguments: dict[str, Any]) -> str | list[dict[str, Any]]:
        """Execute tool *name*; raise `Retry` with what the model should read."""
        if name == "bash":
            return await self._bash(**_known(arguments, "command", "restart", "timeout_ms"))
        tool = self._tools.get(name)
        if tool is None:
            raise Retry(f"there is no tool named {name}")
        try:
            content = await tool.call(arguments)
        except self._sdk.ToolError as error:
            raise Retry(str(error)) from error
        except (ValueError, TypeError, OSError, RecursionError, MemoryError) as error:
            raise Retry(f"{name}: {error}") from error
        return content if isinstance(content, str) else list(content)

    async def _bash(
        self, command: str = "", restart: bool = False, timeout_ms: float | None = None
    ) -> str:
        if restart:
            await self.close()
            return "bash was restarted"
        if not command or "\0" in command:
            raise Retry("bash: command is required, without NUL")
        timeout_s = min((timeout_ms or 0) / 1000 or DEFAULT_TIMEOUT_S, MAX_TIMEOUT_S)
        if self._shell is None or self._shell.closed:
            self._shell = await self._sdk.BashSession.start(self._workspace, env=self._env)
        try:
            output, code = await self._shell.exec(command, timeout=timeout_s)
        except (TimeoutError, RuntimeError, OSError) as error:
            await self.close()
            raise Retry(_gone(f"the command did not end within {timeout_s:g} s")) from error
        if code == -1:  # no end mark: the shell itself is gone
            await self.close()
            raise Retry(f"{output}\n{_gone('the command ended the shell')}".lstrip())
        if code != 0:
            raise Retry(f"{output}\n[exit code {code}]".lstrip())
        return str(output) or "[no output]"

    async def close(self) -> None:
        """End the shell and everything that it left behind."""
        if self._shell is not None:
            await self._shell.close()
            self._shell = None
        await asyncio.to_thread(cage_init.kill_descendants, os.getpid())


def _gone(why: str) -> str:
    return (
        f"[{why}; everything it had started was killed and bash was restarted: "
        "working directory and variables are back to the beginning]"
    )


def _known(arguments: dict[str, Any], *names: str) -> dict[str, Any]:
    """Return *arguments*; raise `Retry` for one that the tool does not have."""
    if unknown := sorted(set(arguments) - set(names)):
        raise Retry(f"bash: unknown arguments {', '.join(unknown)}")
    return {name: value for name, value in arguments.items() if value is not None}


async def serve(host: Toolhost, lines: asyncio.StreamReader, out: int) -> None:
    """Answer one request after the other until the input ends."""
    while line := await lines.readline():
        request = json.loads(line)
        answer: dict[str, Any] = {"id": request["id"]}
        try:
            answer["ok"] = await host.call(request["name"], request["arguments"])
        except Retry as error:
            answer["retry"] = str(error)
        _write(out, answer)


def _write(out: int, answer: dict[str, Any]) -> None:
    data = json.dumps(answer).encode() + b"\n"
    if len(data) > MAX_FRAME_BYTES:
        data = json.dumps({"id": answer["id"], "retry": "the result is too large"}).encode() + b"\n"
    with open(out, "wb", closefd=False) as pipe:
        pipe.write(data)


async def main(workspace: str, *roots: str) -> None:
    """Serve on standard input and output; what tools print by themselves goes to standard error."""
    loop = asyncio.get_running_loop()
    cage_init.adopt_orphans()
    out = os.dup(1)
    os.dup2(2, 1)
    lines = asyncio.StreamReader(limit=MAX_FRAME_BYTES)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), os.fdopen(0, "rb"))
    host = Toolhost(Path(workspace), [Path(root) for root in roots])
    _write(out, {"id": 0, "ok": "ready"})
    try:
        await serve(host, lines, out)
    finally:
        await host.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
