"""Which registries the operator's own pip and npm are configured with, asked at run time."""

import asyncio
import base64
import contextlib
import json
import os
import re
import shutil
import sys
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit, urlunsplit

_TIMEOUT_S = 30.0
# pip's own precedence: the environment, then the command's section, then the global one.
_ASK_PIP = """
import json
from pip._internal.configuration import Configuration
from pip._internal.models.index import PyPI
told = Configuration(isolated=False)
told.load()
told = {name: value for name, value in told.items()}
if told and not all(isinstance(value, str) for value in told.values()):
    merged = {}
    for value in told.values():
        merged.update(value)
    told = merged
def get(name):
    for section in (":env:", "install", "global"):
        if f"{section}.{name}" in told:
            return told[f"{section}.{name}"]
print(json.dumps({
    "index": get("index-url") or PyPI.simple_url,
    "files": PyPI.file_storage_domain if not get("index-url") else "",
    "cert": get("cert") or "",
}))
"""
_NPM_TOKEN = re.compile(
    r"^\s*(//[^\s=]+?)/?:(_authToken|_auth)\s*=\s*\"?([^\"\s]+)\"?", re.MULTILINE
)
_VARIABLE = re.compile(r"\$\{([A-Za-z0-9_]+)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Upstream:
    """One registry: *url* without credentials and with a slash at its end."""

    url: str
    hosts: frozenset[str]
    authorization: str = field(default="", repr=False)
    cafile: str = ""

    @property
    def host(self) -> str:
        """The host and port of the registry itself."""
        return urlsplit(self.url).netloc


async def pypi_upstream() -> Upstream | None:
    """Ask pip; None when there is no pip, or its index is not on the network."""
    said = await _ask([sys.executable, "-c", _ASK_PIP])
    try:
        told = json.loads(said)
        return upstream(told["index"], more_hosts=(told["files"],), cafile=told["cert"])
    except (ValueError, KeyError, TypeError):
        return None


async def npm_upstream() -> Upstream | None:
    """Ask npm; None when there is no npm."""
    program = shutil.which("npm")
    if program is None:
        return None
    registry, config = await asyncio.gather(
        _ask([program, "config", "get", "registry"]), _ask([program, "config", "get", "userconfig"])
    )
    text = ""
    with contextlib.suppress(OSError):
        text = await asyncio.to_thread(Path(config.strip() or os.devnull).read_text)
    made = upstream(registry.strip())
    return made and _with_npm_token(made, text)


def upstream(url: str, *, more_hosts: tuple[str, ...] = (), cafile: str = "") -> Upstream | None:
    """Return the registry at *url*, whose user and password become a header."""
    split = urlsplit(url)
    if split.scheme not in ("https", "http") or not split.hostname:
        return None
    credentials, _, host = split.netloc.rpartition("@")
    plain = urlunsplit((split.scheme, host, f"{split.path.rstrip('/')}/", "", ""))
    basic = base64.b64encode(unquote(credentials).encode()).decode()
    return Upstream(
        url=plain,
        hosts=frozenset(filter(None, (host, *more_hosts))),
        authorization=f"Basic {basic}" if credentials else "",
        cafile=cafile,
    )


def _with_npm_token(made: Upstream, text: str) -> Upstream:
    """Return *made* with the credentials that the ``.npmrc`` in *text* has for it."""
    place = made.url.partition(":")[2].rstrip("/")
    for where, kind, value in _NPM_TOKEN.findall(text):
        if place == where or place.startswith(f"{where}/"):
            secret = _VARIABLE.sub(_from_environment, value)
            word = "Bearer" if kind == "_authToken" else "Basic"
            return Upstream(
                url=made.url, hosts=made.hosts, authorization=f"{word} {secret}", cafile=made.cafile
            )
    return made


def _from_environment(match: re.Match[str]) -> str:
    return os.environ.get(match[1], "")  # noqa: TID251 - npm's own way of writing secrets


async def _ask(argv: list[str]) -> str:
    """Return what a tool of the operator prints, run in the operator's environment."""
    process = await asyncio.create_subprocess_exec(
        *argv,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        cwd="/",
    )
    try:
        async with asyncio.timeout(_TIMEOUT_S):
            output, _ = await process.communicate()
    except TimeoutError:
        process.kill()
        await process.wait()
        return ""
    return output.decode(errors="replace")
