"""The stage of the demo: stand-ins in this process, the coordinator as a process of its own."""

import asyncio
import re
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

from bot.errors import CadenceError, Unavailable
from bot.settings import Settings, child_environment
from deploy.devkit.anthropic import AnthropicStandIn
from deploy.devkit.demo import project
from deploy.devkit.github import GitHubStandIn
from deploy.devkit.github.records import AppCredentials
from deploy.devkit.ports import free_port
from mobile_api.auth.sign_in import CALLBACK

PERSON, OWNER = "dana", "demo"
_SCENARIO = Path(__file__).parent / "scenario.yml"


@dataclass
class Stage:
    """What the demo plays on; times are seconds since the comment was written."""

    github: GitHubStandIn
    llm: AnthropicStandIn | None
    repository: str
    coordinator: str
    log: Path
    began: float = 0.0
    times: dict[str, float] = field(default_factory=dict)

    def mark(self, name: str) -> None:
        """Note when something was seen first."""
        self.times.setdefault(name, time.monotonic() - self.began)


@asynccontextmanager
async def stage(repo: Path | None, folder: Path, settings: Settings) -> AsyncIterator[Stage]:
    """Build the stage for *repo* or the demo's own project; without a key the model is played."""
    key = settings.anthropic_api_key.get_secret_value()
    async with GitHubStandIn(root=folder / "github") as github:
        if repo is None:
            name = f"{OWNER}/{project.NAME}"
            await github.repository(name, from_directory=await project.fetch(folder))
        else:
            name = f"{OWNER}/{_name_of(repo)}"
            made = await github.repository(name)
            await project.hand_over(repo, made.path)
        github.grant(name, PERSON, "write")
        port = free_port()
        app = github.app(hook_url=f"http://127.0.0.1:{port}/webhooks/github")
        github.set_callback_urls(f"http://127.0.0.1:{port}{CALLBACK}")
        github.install(OWNER)
        log = folder / "coordinator.log"
        settled = _settings(folder, github, app, port)
        if key:
            settled |= {"ANTHROPIC_API_KEY": key}
            settled |= {"ANTHROPIC_BASE_URL": settings.anthropic_base_url}
            async with _coordinator(folder, settled, port, log) as url:
                yield Stage(github, None, name, url, log)
            return
        async with AnthropicStandIn(_SCENARIO) as llm:
            settled |= {"ANTHROPIC_API_KEY": llm.key, "ANTHROPIC_BASE_URL": llm.url}
            async with _coordinator(folder, settled, port, log) as url:
                yield Stage(github, llm, name, url, log)


def _settings(
    folder: Path, github: GitHubStandIn, app: AppCredentials, port: int
) -> dict[str, str]:
    """Return the coordinator's environment: nothing of ours but what every process needs."""
    return child_environment() | {
        "PYTHONPATH": str(Path(__file__).parents[3]),
        "CADENCE_PORT": str(port),
        "CADENCE_DATA_DIR": str(folder / "data"),
        "CADENCE_LOG_FORMAT": "json",
        "CADENCE_STT": "local",
        "DATABASE_URL": "",
        "GITHUB_URL": github.url,
        "GITHUB_API_URL": github.api_url,
        "GITHUB_APP_ID": str(app.app_id),
        "GITHUB_APP_SLUG": app.slug,
        "GITHUB_CLIENT_ID": app.client_id,
        "GITHUB_CLIENT_SECRET": app.client_secret,
        "GITHUB_PRIVATE_KEY": app.private_key_pem,
        "GITHUB_WEBHOOK_SECRET": app.webhook_secret,
    }


@asynccontextmanager
async def _coordinator(
    folder: Path, environment: dict[str, str], port: int, log: Path
) -> AsyncIterator[str]:
    with log.open("ab") as output:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", "serve"),
            cwd=folder,
            env=environment,
            stdout=output,
            stderr=output,
        )
    url = f"http://127.0.0.1:{port}"
    try:
        await _ready(url, process, log)
        yield url
    finally:
        if process.returncode is None:
            process.terminate()
            await process.wait()


async def _ready(url: str, process: asyncio.subprocess.Process, log: Path) -> None:
    async with aiohttp.ClientSession() as session:
        for _ in range(400):
            if process.returncode is not None:
                raise CadenceError(f"the coordinator ended; its log: {log}")
            try:
                async with session.get(f"{url}/readyz") as answer:
                    if answer.status == 200:
                        return
            except aiohttp.ClientError:
                pass
            await asyncio.sleep(0.05)
    raise Unavailable(f"the coordinator did not come up; its log: {log}")


def _name_of(repo: Path) -> str:
    return re.sub(r"[^A-Za-z0-9._-]", "-", repo.resolve().name) or "project"
