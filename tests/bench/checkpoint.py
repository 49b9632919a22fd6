"""What a checkpoint costs: a repository of 50 MB, a change of ten lines, the way to the store."""

import asyncio
import hashlib
import os
import random
import statistics
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from aiohttp import web
from pydantic import SecretStr

from bot.blobs import Blobs
from bot.bus import Bus
from runner.agent.budget import Clock
from runner.agent.course import Course
from runner.agent.dial import connect
from runner.agent.ground import Ground
from runner.agent.keeper import Keeper
from runner.agent.measure import Measurements
from runner.agent.sandbox import open_sandbox
from runner.agent.seams import Hands
from runner.egress.policy import EgressPolicy
from runner.gateway import Gateway
from runner.redact import Redactor
from tests.fakes.desk import SPEC, FakeDesk

FILES, FILE_BYTES, ROUNDS = 5_000, 10_000, 20
TOKEN = SecretStr("t" * 64)


@dataclass(frozen=True, slots=True)
class Figures:
    """Milliseconds and bytes, medians and worst."""

    first_ms: float
    median_ms: float
    worst_ms: float
    talk_only_ms: float
    bytes: int
    first_bytes: int


def _repository(tree: Path) -> str:
    dice = random.Random(1)  # noqa: S311 - a repository, not a secret
    names = [f"{dice.getrandbits(64):016x}" for _ in range(4_000)]
    for number in range(FILES):
        path = tree / f"p{number % 100:02}" / f"m{number}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        words = dice.choices(names, k=FILE_BYTES // 17)
        path.write_text("".join(f"{word}\n" for word in words))

    def git(*arguments: str) -> str:
        options = ["-c", "user.name=a", "-c", "user.email=a@b", "-c", "gc.auto=0"]
        done = subprocess.run(
            ["git", *options, *arguments], cwd=tree, capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    git("init", "--quiet", "-b", "main")
    git("add", "--all")
    git("commit", "--quiet", "-m", "all")
    return git("rev-parse", "HEAD")


async def _served(desk: FakeDesk, root: Path) -> tuple[web.AppRunner, str]:
    gateway = Gateway(Bus(), blobs=Blobs((root / "store").as_uri()))
    gateway.open_for(desk)
    app = web.Application()
    app.add_routes(gateway.routes())
    server = web.AppRunner(app, shutdown_timeout=0.1)
    await server.setup()
    await web.TCPSite(server, "127.0.0.1", 0).start()
    return server, f"http://127.0.0.1:{server.addresses[0][1]}"


async def _measure(root: Path) -> Figures:
    tree = root / "tree"
    tree.mkdir()
    start = await asyncio.to_thread(_repository, tree)
    desk = FakeDesk()
    desk.run(hashlib.sha256(TOKEN.get_secret_value().encode()).hexdigest())
    server, url = await _served(desk, root)
    policy = EgressPolicy(registries=False)
    async with (
        connect(url, TOKEN.get_secret_value(), "run-1", root=root) as link,
        open_sandbox(workspace=tree, root=root / "cage", egress=policy) as hands,
    ):
        await link.spec
        await asyncio.sleep(0.1)
        course = Course(SPEC, link, Redactor([]), Clock())
        keeper = Keeper(course, link.archive)
        ground = _ground(hands, tree, start)
        keeper.begin(ground, Measurements(course))
        history: list[Any] = [{"role": "user", "content": [{"type": "text", "text": "x" * 20_000}]}]
        times, talk_times = [], []
        for number in range(ROUNDS):
            lines = [f"print({number}, {line}, '{os.urandom(8).hex()}')\n" for line in range(10)]
            path = tree / "p07/m7.py"
            await asyncio.to_thread(path.write_text, path.read_text() + "".join(lines))
            course.is_touched = True
            times.append(await _saved(keeper, history, f"step {number}"))
            talk_times.append(await _saved(keeper, history, f"look {number}"))
    await server.cleanup()
    sizes = [sum(p.bytes for p in one.parts[-1:]) for one in desk.checkpoints[::2]]
    whole = [one.size for one in desk.checkpoints]
    return Figures(
        first_ms=times[0],
        median_ms=statistics.median(times[1:]),
        worst_ms=max(times[1:]),
        talk_only_ms=statistics.median(talk_times),
        bytes=int(statistics.median(sizes[1:])) + whole[2] - whole[1],
        first_bytes=whole[0],
    )


def _ground(hands: Hands, tree: Path, start: str) -> Ground:
    workspace = SimpleNamespace(tree=tree, base_sha=start, start=start, head=start)
    return cast("Ground", SimpleNamespace(hands=hands, workspace=workspace))


async def _saved(keeper: Keeper, history: list[Any], words: str) -> float:
    history.append({"role": "user", "content": [{"type": "text", "text": f"{words} " * 200}]})
    began = time.perf_counter()
    await keeper.save(history)
    return (time.perf_counter() - began) * 1_000


def main() -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory() as folder:
        print(asyncio.run(_measure(Path(folder))))


if __name__ == "__main__":
    main()
