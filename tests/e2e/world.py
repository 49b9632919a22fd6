"""A whole world on loopback: stand-ins in this process, the coordinator as its own process."""

import asyncio
import json
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.settings import child_environment
from deploy.devkit.anthropic import AnthropicStandIn
from deploy.devkit.ports import free_port
from tests.fakes.github import REPO, Town, town

BOT = "cadence[bot]"


class World:
    """The coordinator and what is round it."""

    def __init__(self, scene: Town, llm: AnthropicStandIn, root: Path, port: int) -> None:
        self.town = scene
        self.github = scene.github
        self.llm = llm
        self.root = root
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
        self.settings: dict[str, str] = {}
        self.process: asyncio.subprocess.Process | None = None

    @property
    def machines(self) -> Path:
        return self.root / "data" / "machines"

    def script(self, **wishes: Any) -> None:
        """Tell the scripted runner what to do."""
        self.machines.mkdir(parents=True, exist_ok=True)
        partial = self.machines / "script.part"
        partial.write_text(json.dumps(wishes))
        partial.replace(self.machines / "script.json")

    def trace(self) -> list[str]:
        """Return the steps that scripted runners reached."""
        path = self.machines / "trace"
        return path.read_text().splitlines() if path.exists() else []

    def environment(self) -> dict[str, str]:
        app = self.town.app
        return {
            **child_environment(),
            "PYTHONPATH": str(Path(__file__).parents[2]),
            "CADENCE_PORT": str(self.port),
            "CADENCE_DATA_DIR": str(self.root / "data"),
            "CADENCE_LOG_FORMAT": "json",
            "GITHUB_URL": self.github.url,
            "GITHUB_API_URL": self.github.api_url,
            "GITHUB_APP_ID": str(app.app_id),
            "GITHUB_APP_SLUG": app.slug,
            "GITHUB_PRIVATE_KEY": app.private_key_pem,
            "GITHUB_WEBHOOK_SECRET": app.webhook_secret,
            "ANTHROPIC_API_KEY": self.llm.key,
            "ANTHROPIC_BASE_URL": self.llm.url,
        } | self.settings

    async def start(self) -> None:
        """Start the coordinator and wait until it works."""
        log = (self.root / "coordinator.log").open("ab")
        self.process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "bot",
            "serve",
            cwd=self.root,
            env=self.environment(),
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        log.close()
        async with aiohttp.ClientSession() as session:
            deadline = time.monotonic() + 90
            while time.monotonic() < deadline:
                if self.process.returncode is not None:
                    break
                try:
                    async with session.get(f"{self.url}/readyz") as answer:
                        if answer.status == 200:
                            return
                except aiohttp.ClientError:
                    pass
                await asyncio.sleep(0.05)
        pytest.fail("the coordinator did not come up:\n" + self.log()[-3000:])

    async def kill(self) -> None:
        """End the coordinator as a power cut would."""
        if self.process is not None and self.process.returncode is None:
            self.process.send_signal(signal.SIGKILL)
            await self.process.wait()

    async def stop(self) -> None:
        """Ask the coordinator to end."""
        if self.process is not None and self.process.returncode is None:
            self.process.terminate()
            await asyncio.wait_for(self.process.wait(), timeout=20)

    def log(self) -> str:
        return (self.root / "coordinator.log").read_text()

    async def until(self, claim: Callable[[], Any], what: str, *, seconds: float = 120) -> Any:
        """Wait until *claim* is true and return what it said; a busy machine needs its time."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            said = claim()
            if said:
                return said
            await asyncio.sleep(0.05)
        return pytest.fail(f"never came true: {what}\n{self.log()[-4000:]}")

    def status_comments(self, number: int) -> list[str]:
        """Return the texts of our status comments on the issue."""
        return [
            c.body
            for c in self.github.comments(REPO, number)
            if c.author.login == BOT and c.body.startswith("<!-- cadence:agent:")
        ]

    def runner_pids(self, *elsewhere: Path) -> list[int]:
        """Return processes that belong to our machines, or to one of the folders *elsewhere*."""
        ours = [str(place).encode() for place in (self.root, *elsewhere)]
        found = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    words = (entry / "environ").read_bytes(), (entry / "cmdline").read_bytes()
                    where = str((entry / "cwd").readlink())
                except OSError:
                    continue
                if b"multiprocessing.resource_tracker" in words[1]:
                    continue  # of the coordinator's own workers; it ends with the coordinator
                told = any(place in word for place in ours for word in words)
                if told or where.startswith((str(self.machines), *map(str, elsewhere))):
                    found.append(int(entry.name))
        return found


@asynccontextmanager
async def world(root: Path, scenario: dict[str, Any] | None = None) -> AsyncIterator[World]:
    """Build the stand-ins; the test starts the coordinator when it wants."""
    port = free_port()
    hook = f"http://127.0.0.1:{port}/webhooks/github"
    async with town(root / "github", hook_url=hook) as scene, AnthropicStandIn(scenario) as llm:
        made = World(scene, llm, root, port)
        try:
            yield made
        finally:
            await made.kill()
            for pid in made.runner_pids():
                os.kill(pid, signal.SIGKILL)
