"""Deliveries worked off a second, against the engine's own rate on workflows that do nothing."""

import asyncio
import json
import sys
import uuid
from pathlib import Path

import aiohttp

from bot.receive import Recording, headers
from tests.bench import programs
from tests.bench.load import bodies, output
from tests.bench.scene import Scene, moment, scene, until
from tests.bench.table import Row

AT_ONCE = 16
RENAMED = Path(__file__).parents[1] / "payloads" / "repository.renamed.json"


async def measure(place: Path, *, count: int) -> list[Row]:
    """Store *count* deliveries first, then let the coordinator work them off alone."""
    bare_at = place / "bare"
    bare_at.mkdir(parents=True)
    bare = await _bare(bare_at, count)
    ours_at = place / "ours"
    ours_at.mkdir()
    async with scene(ours_at, {}) as world:
        glanced = await _ours(world, count, "issue_comment", bodies())
    work_at = place / "work"
    work_at.mkdir()
    async with scene(work_at, {}) as world:
        ours = await _ours(world, count, "repository", [RENAMED.read_bytes()])
    ratio = ours / bare
    part = "deliveries worked off"
    return [
        Row(part, "the engine, doing nothing", f"{bare:,.0f}/s", f"{count:,} workflows, one step"),
        Row(part, "Cadence, settled", f"{glanced:,.0f}/s", f"{count:,} comments not for us"),
        Row(part, "Cadence, handled", f"{ours:,.0f}/s", f"{count:,} renamed repositories"),
        Row(
            part,
            "handled : engine (at least 0.7)",
            f"{ratio:.2f}",
            "one durable workflow each",
            is_met=ratio >= 0.7,
        ),
    ]


async def _bare(place: Path, count: int) -> float:
    program = str(programs.RIVALS / "engine.py")
    said = await output(
        "env", f"PYTHONPATH={programs.ROOT}", sys.executable, program, str(place), str(count)
    )
    return float(json.loads(said.splitlines()[-1])["per_s"])


async def _ours(world: Scene, count: int, event: str, made: list[bytes]) -> float:
    secret = world.town.app.webhook_secret
    async with programs.coordinator(world.place, secret=secret, is_working=False) as server:
        await _send(server.webhook, secret, count, event, made)
    async with world.coordinator():
        query = "SELECT count(*) FROM deliveries WHERE handled_at IS NOT NULL"
        await until(lambda: world.rows(query)[0][0] >= count, "all deliveries", seconds=180)
    states = dict(world.rows("SELECT state, count(*) FROM deliveries GROUP BY state"))
    if states != {"handled": count}:
        raise RuntimeError(f"deliveries ended as {states}")
    [(first, last)] = world.rows("SELECT min(handled_at), max(handled_at) FROM deliveries")
    return (count - 1) / (moment(last) - moment(first))


async def _send(url: str, secret: str, count: int, event: str, made: list[bytes]) -> None:
    turns = asyncio.Semaphore(AT_ONCE)
    async with aiohttp.ClientSession() as session, asyncio.TaskGroup() as group:

        async def post(number: int) -> None:
            recorded = Recording(event=event, body=made[number % len(made)])
            signed = headers(recorded, guid=str(uuid.uuid4()), secret=secret)
            async with turns, session.post(url, data=recorded.body, headers=signed) as answer:
                if answer.status != 202:
                    raise RuntimeError(f"delivery {number} was answered {answer.status}")

        for number in range(count):
            group.create_task(post(number))
