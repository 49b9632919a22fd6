"""Our own git: bare stores only, no configuration but ours, credentials in the environment.

Nothing here is ever pointed at a tree that an agent has touched: there, git runs inside the cage.
"""

import base64
import os
import re
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from runner.agent.process import execute
from runner.agent.seams import RunFailed

TIMEOUT_S = 60.0
OUTPUT_BYTES = 4 * 1024 * 1024
_NAME = re.compile(r"[A-Za-z0-9._-]+\Z")
_HOST = re.compile(r"[A-Za-z0-9.-]+(?::[0-9]{1,5})?\Z|\[::1\](?::[0-9]{1,5})?\Z")
# What an operator behind a company's proxy or authority has to set for any git.
_PASSED = (
    "GIT_SSL_CAINFO",
    "SSL_CERT_DIR",
    "SSL_CERT_FILE",
    "HTTPS_PROXY",
    "https_proxy",
    "NO_PROXY",
    "no_proxy",
)
_SETTINGS = {
    "core.hooksPath": "/dev/null",
    "core.fsmonitor": "false",
    "core.askPass": "",
    "credential.helper": "",
    "fetch.recurseSubmodules": "no",
    "fetch.fsckObjects": "false",
    "gc.auto": "0",
    "http.lowSpeedLimit": "1000",
    "http.lowSpeedTime": "60",
    "maintenance.auto": "false",
    "protocol.allow": "never",
    "submodule.recurse": "false",
}


class GitFailed(Exception):
    """A git of ours failed; *output* is what it said."""

    def __init__(self, command: str, output: str, *, timed_out: bool = False) -> None:
        super().__init__(f"git {command}: {output.strip()[-500:]}")
        self.output = output
        self.timed_out = timed_out


def environment(settings: Mapping[str, str], *, protocols: tuple[str, ...] = ()) -> dict[str, str]:
    """Return the whole environment of a git of ours, with *settings* on top of the safe ones."""
    allowed = {f"protocol.{name}.allow": "always" for name in protocols}
    pairs = [*_SETTINGS.items(), *allowed.items(), *settings.items()]
    passed = {name: os.environ[name] for name in _PASSED if name in os.environ}  # noqa: TID251 - see above
    made = {
        "PATH": os.defpath,
        "HOME": "/nonexistent",
        "LC_ALL": "C",
        "GIT_ATTR_NOSYSTEM": "1",
        "GIT_CONFIG_COUNT": str(len(pairs)),
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_LFS_SKIP_SMUDGE": "1",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
    }
    for index, (name, value) in enumerate(pairs):
        made |= {f"GIT_CONFIG_KEY_{index}": name, f"GIT_CONFIG_VALUE_{index}": value}
    return passed | made


async def git(
    *arguments: str,
    env: Mapping[str, str],
    cwd: Path | None = None,
    timeout_s: float = TIMEOUT_S,
    keep_bytes: int = OUTPUT_BYTES,
    pass_fds: Sequence[int] = (),
) -> str:
    """Run git with *arguments* and return what it printed; raise `GitFailed`."""
    program = shutil.which("git")
    if program is None:
        raise RunFailed("git is not installed on this machine: apt-get install -y git")
    argv = [program, *arguments]
    result = await execute(
        argv,
        env=dict(env),
        cwd=cwd,
        timeout_s=timeout_s,
        head=keep_bytes,
        tail=4_000,
        pass_fds=pass_fds,
    )
    if result.exit_code != 0:
        raise GitFailed(arguments[0], result.output[-4_000:], timed_out=result.timed_out)
    return result.output


def clone_url(repository: str, given: str, *, allow_file: bool = False) -> str:
    """Return where *repository* (``owner/name``) is cloned from, on the host of *given*.

    Built from parts that were each looked at; a path on this disk passes as it is, if allowed.
    """
    if allow_file and (given.startswith(("file:///", "/"))):
        return given
    parts = repository.split("/")
    if len(parts) != 2 or not all(_is_plain(part) for part in parts):
        raise RunFailed(f"{repository!r} is not the name of a repository.")
    split = urlsplit(given)
    prefix = split.path.removesuffix("/").removesuffix(".git").removesuffix(f"/{repository}")
    is_plain_prefix = all(_is_plain(part) for part in prefix.split("/")[1:])
    if (
        split.scheme not in ("http", "https")
        or not _HOST.match(split.netloc)
        or not is_plain_prefix
    ):
        raise RunFailed(f"The address of {repository} is not one that can be cloned from.")
    return f"{split.scheme}://{split.netloc}{prefix}/{repository}.git"


def _is_plain(part: str) -> bool:
    return _NAME.match(part) is not None and part not in (".", "..") and not part.startswith("-")


def authorization(url: str, token: str) -> dict[str, str]:
    """Return the setting that sends *token* to the server of *url* and to no other."""
    if not token or not url.startswith("http"):
        return {}
    split = urlsplit(url)
    basic = base64.b64encode(f"x-access-token:{token}".encode()).decode()
    return {
        f"http.{split.scheme}://{split.netloc}/.extraHeader": f"Authorization: Basic {basic}",
        "http.followRedirects": "initial",
    }
