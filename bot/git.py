"""Git in repositories of our own: nobody's configuration, no hooks, no checkout, tokens by header.

A token travels in the environment of one git process, as a header: never in a URL, an argument, a
remote or a file. What git says on its way down becomes one sentence with `refusal`.
"""

import asyncio
import base64
import contextlib
import os
import re
import shutil
import signal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bot.errors import CadenceError, GitHubRefused, PushRejected, RepositoryUnusable, Unavailable

_GIT = shutil.which("git") or "git"
_CONFIG = (
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "credential.helper=",
    "gc.auto=0",
    "maintenance.auto=false",
    "protocol.allow=never",
    "fetch.recurseSubmodules=false",
    "push.recurseSubmodules=no",
    "push.gpgSign=false",
    "http.followRedirects=false",
    # A server that sends less than this for so long is gone; an orphan of ours ends by it, too.
    "http.lowSpeedLimit=1000",
    "http.lowSpeedTime=60",
    "i18n.logOutputEncoding=UTF-8",
)
_ENVIRONMENT = {
    "PATH": f"{Path(_GIT).parent}:{os.defpath}",
    "HOME": "/nonexistent",
    "LC_ALL": "C.UTF-8",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_NO_REPLACE_OBJECTS": "1",
}
_MAX_OUTPUT = 256 * 1024 * 1024
_MAX_WORDS = 64 * 1024


class GitFailed(Exception):
    """Git ended with an error; *said* is its standard error and, for a push, its report."""

    def __init__(self, said: str) -> None:
        super().__init__(said[-2_000:])
        self.said = said


@dataclass(frozen=True, slots=True, kw_only=True)
class Git:
    """Git on the bare repository in *directory*.

    *held* are descriptors that each git keeps open: a lock on them lives as long as the last git
    does, even when we are killed. *environment* is what a child may see, such as a proxy.
    """

    directory: Path
    held: Sequence[int] = ()
    environment: Mapping[str, str] = field(default_factory=dict)

    async def __call__(
        self,
        *arguments: str,
        allow: str = "",
        config: Sequence[str] = (),
        token: str = "",
        stdin: bytes = b"",
        timeout_s: float = 120.0,
    ) -> bytes:
        """Run one git command and return its output.

        *allow* is the one transport that it may use (``file``, ``https``). Raise `GitFailed` when
        git does, `Unavailable` when it takes too long.
        """
        process = await self._started(arguments, allow=allow, config=config, token=token)
        try:
            async with asyncio.timeout(timeout_s):
                out, err = await _conversation(process, stdin)
        except TimeoutError as error:
            raise Unavailable(f"git did not finish within {timeout_s:.0f} s") from error
        finally:
            await _ended(process)
        if process.returncode:
            said = err.decode(errors="replace")
            raise GitFailed(said + out.decode(errors="replace") if "push" in arguments else said)
        return out

    async def _started(
        self, arguments: Sequence[str], *, allow: str, config: Sequence[str], token: str
    ) -> asyncio.subprocess.Process:
        transport = (f"protocol.{allow}.allow=always",) if allow else ()
        flags = [word for line in (*_CONFIG, *transport, *config) for word in ("-c", line)]
        return await asyncio.create_subprocess_exec(
            _GIT,
            f"--git-dir={self.directory}",
            *flags,
            *arguments,
            env={**self.environment, **_ENVIRONMENT, **_header(token)},
            cwd=self.directory,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
            pass_fds=tuple(self.held),
        )

    async def has(self, sha: str) -> bool:
        """Whether the commit is here."""
        return await self._succeeds("cat-file", "-e", f"{sha}^{{commit}}")

    async def is_ancestor(self, old: str, new: str) -> bool:
        """Whether *old* is *new* or stands before it; False when either is not here."""
        return await self._succeeds("merge-base", "--is-ancestor", old, new)

    async def _succeeds(self, *arguments: str) -> bool:
        try:
            await self(*arguments)
        except GitFailed:
            return False
        return True


async def _conversation(process: asyncio.subprocess.Process, stdin: bytes) -> tuple[bytes, bytes]:
    """Write *stdin*, read both outputs up to their caps, wait for the end."""
    if process.stdin is None or process.stdout is None or process.stderr is None:
        raise GitFailed("git has no pipes")
    _, out, err = await asyncio.gather(
        _write(process.stdin, stdin),
        _read(process.stdout, _MAX_OUTPUT),
        _read(process.stderr, _MAX_WORDS),
    )
    await process.wait()
    return out, err


async def _write(stream: asyncio.StreamWriter, data: bytes) -> None:
    # Git has read enough: asyncio says so with the first two, uvloop with the third.
    with contextlib.suppress(BrokenPipeError, ConnectionResetError, RuntimeError):
        if data and not stream.is_closing():
            stream.write(data)
            await stream.drain()
    stream.close()


async def _read(stream: asyncio.StreamReader, cap: int) -> bytes:
    data = bytearray()
    while chunk := await stream.read(65_536):
        data += chunk
        if len(data) > cap:
            raise GitFailed(f"git wrote more than {cap} bytes")
    return bytes(data)


async def _ended(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()


def _header(token: str) -> dict[str, str]:
    if not token:
        return {}
    basic = base64.b64encode(f"x-access-token:{token}".encode()).decode()
    return {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "http.extraHeader",
        "GIT_CONFIG_VALUE_0": f"Authorization: Basic {basic}",
    }


_RACED = re.compile(
    r"stale info|fetch first|non-fast-forward|cannot lock ref|reference already exists"
    r"|failed to update ref|incorrect old value"
)
_REJECTED = (
    (
        r"without [`'\"]?workflows[`'\"]? permission",
        "it changes a workflow file, and the App has no permission for those",
    ),
    (r"GH009|GH013.*secret|cannot contain secrets|push protection", "GitHub found a secret in it"),
    (r"GH001|exceeds GitHub's file size limit", "a file is larger than GitHub takes"),
    (r"GH006|protected branch", "the branch is protected"),
    (r"GH013|rule violations", "a rule of the repository forbids it"),
    (r"hook declined", "a rule of the server forbids it"),
)
_NOT_FOUND = re.compile(r"repository (?:'[^']*' )?not found|returned error: 404")
_HTTP = re.compile(r"returned error: (\d{3})|HTTP (\d{3})")


def refusal(failed: GitFailed, *, doing: str, branch: str = "") -> CadenceError:
    """Return what git's last words mean, as one sentence; *doing* is like "fetch the base"."""
    said = failed.said
    lower = said.lower()
    for pattern, because in _REJECTED:
        if re.search(pattern, said, re.IGNORECASE | re.DOTALL):
            return PushRejected(f"GitHub did not take the branch `{branch}`: {because}")
    if "archived" in lower and "read-only" in lower:
        return RepositoryUnusable("the repository is archived", status=403)
    if _NOT_FOUND.search(lower):
        return RepositoryUnusable("the repository is not there any more", status=404)
    status = next((int(a or b) for a, b in _HTTP.findall(said)), 0)
    if status in {401, 403}:
        return GitHubRefused(f"GitHub refused to let us {doing} (HTTP {status})", status=status)
    if "[remote rejected]" in said:
        return PushRejected(f"GitHub did not take the branch `{branch}`")
    return Unavailable(f"git could not {doing}" + (f" (HTTP {status})" if status else ""))


def raced(failed: GitFailed) -> bool:
    """Whether a push failed only because somebody else was faster."""
    return _RACED.search(failed.said) is not None
