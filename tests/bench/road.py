"""The road of one agent: to the first sign, to the first model request, from step to step."""

import asyncio
import re
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

from tests.bench import apart, programs
from tests.bench.scene import Scene, moment, scene, until
from tests.bench.table import Row
from tests.fakes.github import REPO

STEPS = 20
SETTLE_S = 3.0
_SCENARIO: dict[str, Any] = {
    "triage": {
        "kind": "change",
        "restated": "The area is computed wrongly.",
        "question_to_ask": "",
        "closes_issue": True,
    },
    "turns": [
        *(
            {
                "content": [
                    {
                        "type": "tool_use",
                        "name": "update_plan",
                        "input": {"items": [{"text": f"Look at part {number}", "done": False}]},
                    }
                ]
            }
            for number in range(STEPS)
        ),
        {
            "content": [
                {
                    "type": "tool_use",
                    "name": "edit",
                    "input": {
                        "file_path": "widgets.py",
                        "old_string": "width + height",
                        "new_string": "width * height",
                    },
                }
            ]
        },
        {
            "content": [
                {
                    "type": "tool_use",
                    "name": "finish",
                    "input": {
                        "title": "Multiply the sides",
                        "summary": "The area is the product of the sides.",
                        "doubts": "",
                        "closes_issue": True,
                    },
                }
            ]
        },
    ],
}


async def measure(place: Path, *, agents: int) -> list[Row]:
    """Let *agents* agents go the whole road, one after the other."""
    signs, firsts, works, steps, memory = [], [], [], [], []
    async with scene(place, _SCENARIO) as world, world.coordinator() as server:
        world.town.github.set_hook_url(server.webhook)
        await asyncio.sleep(SETTLE_S)
        idle = server.rss_mb()
        world.model.on_asked = lambda: memory.append(_runner_mb(server.pid))
        for _ in range(agents):
            mark = len(world.model.spans)
            sign, first, work = await _one(world)
            signs.append(sign)
            firsts.append(first)
            works.append(work)
            steps += _gaps(world.model.spans[mark:])
        parts = await apart.measure(world, place / "apart")
    return [*_signs(signs, firsts, works, parts), *_sizes(steps, idle, max(memory))]


def _signs(
    signs: list[float], firsts: list[float], works: list[float], parts: dict[str, float]
) -> list[Row]:
    sign, first = median(signs) * 1000, median(firsts)
    alone = ", ".join(f"{name} {spent:.2f} s" for name, spent in parts.items())
    count = f"median of {len(signs)} agents"
    return [
        Row(
            "first sign",
            "accepted to 👀 and comment requested (at most 100 ms)",
            f"{sign:.0f} ms",
            f"our own share; {count}",
            is_met=sign <= 100,
        ),
        Row(
            "first model request",
            "accepted to first request (at most 2.5 s)",
            f"{first:.2f} s",
            f"triage, while machine, sandbox and clone come up; {count}",
            is_met=first <= 2.5,
        ),
        Row(
            "first model request",
            "accepted to the first request of the work itself",
            f"{median(works):.2f} s",
            f"by themselves: {alone}",
        ),
    ]


def _sizes(steps: list[float], idle_mb: float, runner_mb: float) -> list[Row]:
    step = median(steps) * 1000
    return [
        Row(
            "step",
            "answer read to next request, the tool included (at most 10 ms)",
            f"{step:.1f} ms",
            f"median of {len(steps)} steps",
            is_met=step <= 10,
        ),
        Row(
            "memory",
            "idle coordinator (at most 150 MB)",
            f"{idle_mb:.0f} MB",
            f"resident, {SETTLE_S:.0f} s after start",
            is_met=idle_mb <= 150,
        ),
        Row(
            "memory",
            "runner (at most 150 MB)",
            f"{runner_mb:.0f} MB",
            "resident, highest at a model request",
            is_met=runner_mb <= 150,
        ),
    ]


async def _one(world: Scene) -> tuple[float, float, float]:
    github, calls = world.town.github, world.calls
    asked = len(world.model.spans)
    query = "SELECT max(received_at) FROM deliveries WHERE event = 'issues'"
    before = world.rows(query)[0][0]
    issue = github.open_issue(REPO, "dana", title="Wrong area", body="@cadence fix the area")
    number = issue.number
    await until(lambda: world.rows(query)[0][0] != before, "the delivery")
    accepted = moment(world.rows(query)[0][0])
    eyes = await until(
        lambda: calls.asked("POST", f"/issues/{number}/reactions", since=accepted), "the eyes"
    )
    comment = await until(
        lambda: calls.asked("POST", f"/issues/{number}/comments", since=accepted), "the comment"
    )
    last = max(eyes, comment)
    sign = last - accepted - calls.spent_s(since=accepted, until=last)
    await until(lambda: len(world.model.spans) > asked, "the first model request")
    status = "SELECT id, status, reason FROM agents ORDER BY created_at DESC LIMIT 1"
    final = ("completed", "failed", "cancelled")
    await until(lambda: world.rows(status)[0][1] in final, "the end", seconds=120)
    _, ended, reason = world.rows(status)[0]
    if ended != "completed":
        raise RuntimeError(f"an agent ended as {ended}: {reason}")
    first, work = (span[0] - accepted for span in world.model.spans[asked : asked + 2])
    return sign, first, work


def _gaps(spans: Iterable[tuple[float, float]]) -> list[float]:
    """Return answer to next request of the plain steps: triage before and finish after are not."""
    steps = list(spans)[1 : STEPS + 1]
    return [asked - answered for (_, answered), (asked, _) in pairwise(steps)]


def _runner_mb(coordinator: int) -> float:
    """Return the memory of the runner's own process; its tools live in others."""
    found = [0.0]
    for pid in programs.children(coordinator):
        try:
            words = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")
            if re.search(r"runner\.agent(\0|$)", words):
                found.append(programs.rss_mb(pid))
        except (OSError, StopIteration):  # it ended meanwhile
            continue
    return max(found)
