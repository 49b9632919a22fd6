"""The programs that are measured, each started as a process of its own on a free port."""

import asyncio
import contextlib
import json
import os
import secrets
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from bot.settings import child_environment
from deploy.devkit.ports import free_port

ROOT = Path(__file__).parents[2]
RIVALS = Path(__file__).parent / "rivals"
PROBOT = "probot@14"
CACHE = Path.home() / ".cache" / "cadence-bench"


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A running server."""

    url: str
    pid: int

    @property
    def webhook(self) -> str:
        """Where deliveries go."""
        return f"{self.url}/webhooks/github"

    def rss_mb(self) -> float:
        """Return its resident memory."""
        return rss_mb(self.pid)


def rss_mb(pid: int) -> float:
    """Return the resident memory of a process."""
    status = Path(f"/proc/{pid}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmRSS:"))
    return int(line.split()[1]) / 1024


def children(pid: int) -> list[int]:
    """Return the processes below *pid*."""
    found = [
        int(number)
        for number in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        if Path(f"/proc/{number}").exists()
    ]
    return [each for child in found for each in (child, *children(child))]


@contextlib.asynccontextmanager
async def started(
    *argv: str, port: int, ready: str, env: Mapping[str, str], cwd: Path
) -> AsyncIterator[Program]:
    """Start *argv*, wait until *ready* answers something, end it afterwards."""
    log = (cwd / "bench.log").open("ab")
    process = await asyncio.create_subprocess_exec(
        *argv, cwd=cwd, env={**child_environment(), **env}, stdout=log, stderr=log
    )
    log.close()
    program = Program(url=f"http://127.0.0.1:{port}", pid=process.pid)
    try:
        await _until_ready(program.url + ready, process, cwd / "bench.log")
        yield program
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        try:
            await asyncio.wait_for(process.wait(), 20)
        except TimeoutError:
            process.kill()


async def _until_ready(url: str, process: asyncio.subprocess.Process, log: Path) -> None:
    async with aiohttp.ClientSession() as session:
        for _ in range(600):
            with contextlib.suppress(aiohttp.ClientError):
                async with session.get(url) as answer:
                    if answer.status != 503:
                        return
            if process.returncode is not None:
                break
            await asyncio.sleep(0.05)
    said = await asyncio.to_thread(log.read_text)
    raise RuntimeError(f"{url} did not come up: {said[-2000:]}")


def coordinator(
    place: Path, *, secret: str, settings: Mapping[str, str] | None = None, is_working: bool = True
) -> contextlib.AbstractAsyncContextManager[Program]:
    """Start our own server with its data in *place*; it works only with an App in *settings*."""
    port = free_port()
    env = {
        "CADENCE_PORT": str(port),
        "CADENCE_DATA_DIR": str(place / "data"),
        "CADENCE_LOG_FORMAT": "json",
        "CADENCE_LOG_LEVEL": "warning",
        "GITHUB_WEBHOOK_SECRET": secret,
        "PYTHONPATH": str(ROOT),
    }
    ready = "/readyz" if is_working else "/healthz"
    return started(
        sys.executable,
        "-m",
        "bot",
        "serve",
        port=port,
        ready=ready,
        env=env | dict(settings or {}),
        cwd=place,
    )


def bare(place: Path, *, secret: str) -> contextlib.AbstractAsyncContextManager[Program]:
    """Start aiohttp with nothing behind it."""
    port = free_port()
    path = str(RIVALS / "bare.py")
    argv = (sys.executable, path, str(port), secret)
    return started(*argv, port=port, ready="/", env={}, cwd=place)


def install_probot() -> str:
    """Install probot into a cache; return its version."""
    CACHE.mkdir(parents=True, exist_ok=True)
    manifest = CACHE / "node_modules" / "probot" / "package.json"
    if not manifest.exists():
        (CACHE / "package.json").write_text('{"private": true, "type": "module"}\n')
        argv = ["npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", PROBOT]
        subprocess.run(argv, cwd=CACHE, check=True, capture_output=True)
    return str(json.loads(manifest.read_text())["version"])


def probot(
    place: Path, *, secret: str, log: str
) -> contextlib.AbstractAsyncContextManager[Program]:
    """Start probot as its documentation does; *log* is its log level."""
    port = free_port()
    # Modules are found from where the script lies.
    script = CACHE / "probot-bench.mjs"
    script.write_text((RIVALS / "probot.mjs").read_text())
    env = {"BENCH_PORT": str(port), "BENCH_SECRET": secret, "BENCH_KEY": _key()}
    env["BENCH_LOG"] = log
    env["NODE_ENV"] = "production"
    return started("node", str(script), port=port, ready="/", env=env, cwd=place)


def fresh_secret() -> str:
    """Return a webhook secret."""
    return secrets.token_hex(20)


def _key() -> str:
    done = subprocess.run(["openssl", "genrsa", "2048"], check=True, capture_output=True, text=True)
    return done.stdout


def processors() -> int:
    """Return how many processors we may use."""
    return len(os.sched_getaffinity(0))
