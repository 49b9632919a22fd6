"""Machines that die, and pauses that outlast them: the work goes on where it was."""

import asyncio
import contextlib
import json
import os
import random
import signal
import sqlite3
import subprocess
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.plays import FIX, ask, finish, play, prepare, results, said, use
from tests.e2e.world import World, world
from tests.fakes.github import REPO

pytestmark = [pytest.mark.slow, pytest.mark.sandbox, pytest.mark.timeout(400)]
STEPS = 20
PAUSE_BEFORE = 12  # a step
THOUGHTS = [
    {
        "type": "thinking",
        "thinking": "Wörter, \u2713 und \U0001f600 ",
        "signature": "c2ln+/==",
    },
    {"type": "redacted_thinking", "data": "b3BhcXVl"},
]


@asynccontextmanager
async def stage(root: Path, scenario: dict[str, Any], **settings: str) -> AsyncIterator[World]:
    async with world(root, scenario) as made:
        made.settings |= settings
        await prepare(made.github)
        await made.start()
        yield made


def pid_of(made: World) -> int | None:
    """The process of the run that is under way; one that ended and was not waited for is none."""
    for path in made.machines.glob("*/runner.pid"):
        with contextlib.suppress(OSError, ValueError):
            pid = int(path.read_text().split()[0])
            stat = Path(f"/proc/{pid}/stat").read_text()
            if stat[stat.rindex(")") + 2] not in "ZX":
                return pid
    return None


def shown(made: World, path: str, branch: str) -> str:
    """A file as the branch has it on the server."""
    repository = made.github.world.repository(REPO).path
    done = subprocess.run(
        ["git", "show", f"{branch}:{path}"], cwd=repository, capture_output=True, text=True
    )
    return done.stdout


def changes(made: World, branch: str) -> list[str]:
    """What the branch did to main on the server."""
    repository = made.github.world.repository(REPO).path
    command = ["git", "diff", "--name-status", f"main...{branch}"]
    done = subprocess.run(command, cwd=repository, capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


def changed_words(requests: list[dict[str, Any]]) -> list[Any]:
    """Return what a request showed the model and the last one does not, or not in its place.

    What the model said must go back to it as it came; the marks of the cache wander.
    """

    def bare(block: Any) -> Any:
        return {k: v for k, v in block.items() if k != "cache_control"}

    last = [[bare(block) for block in one["content"]] for one in requests[-1]["messages"]]
    wrong = []
    for request in requests:
        for message, known in zip(request["messages"], last, strict=False):
            blocks = [bare(block) for block in message["content"]]
            if blocks != known[: len(blocks)]:
                wrong.append((blocks, known))
    return wrong


class Gate:
    """Lets no answer of the model out that leads to a step which is not open yet.

    So a run cannot get past the end of the step in which it is to be killed, and its successor
    cannot either: how fast this machine is decides nothing.
    """

    def __init__(self) -> None:
        self.asked: list[list[int]] = [[]]  # for each run, which steps it asked the model for
        self.waiting: Counter[int] = Counter()
        self._open = 0
        self._opened = asyncio.Condition()

    async def __call__(self, body: dict[str, Any]) -> None:
        if "tools" not in body:  # triage
            return
        step = results(body)
        self.asked[-1].append(step)
        self.waiting[step] += 1
        try:
            async with self._opened:
                await self._opened.wait_for(lambda: step < self._open)
        finally:
            self.waiting[step] -= 1

    async def open(self, upto: int) -> None:
        """Let the steps below *upto* happen."""
        async with self._opened:
            self._open = upto
            self._opened.notify_all()


async def killed_in_step(made: World, gate: Gate, step: int, after_s: float) -> None:
    """Kill the machine *after_s* seconds into *step*, or at its very end."""

    def ready() -> int | None:
        return pid_of(made) if gate.waiting[step] else None

    pid = await made.until(ready, f"a machine asks for step {step}")
    await gate.open(step + 1)
    await asyncio.sleep(after_s)
    assert pid_of(made) == pid
    os.killpg(pid, signal.SIGKILL)
    await made.until(lambda: pid_of(made) != pid, "it is dead")
    await made.until(lambda: not gate.waiting.total(), "it has hung up")
    gate.asked.append([])


@pytest.mark.timeout(1_200)  # twenty machines, one after the other
async def test_machine_killed_at_every_step_changes_nothing(tmp_path: Path) -> None:
    turns = [use("bash", command=f"echo {n} >> steps.txt; sleep 0.2") for n in range(1, STEPS)]
    turns.insert(7, FIX["turns"][0])
    for turn in turns[::3]:
        turn["content"][:0] = THOUGHTS
    dice = random.Random(4)  # noqa: S311 - moments, not secrets
    async with stage(tmp_path, play(*turns, finish())) as made:
        made.llm.gate = gate = Gate()
        number = ask(made)
        for step in range(STEPS):
            await killed_in_step(made, gate, step, dice.uniform(0, 0.5))
        await gate.open(STEPS + 1)
        await made.until(partial(said, made, number, "is ready for review"), "done")
        [pull] = made.github.pulls(REPO)
        lines = shown(made, "steps.txt", pull.head_ref).split()
        fixed = shown(made, "widgets.py", pull.head_ref)
        changed = changes(made, pull.head_ref)
        calls = len(made.llm.messages)
        unlike = changed_words([one for one in made.llm.messages if "tools" in one])
        log = made.log()

    assert unlike == []
    assert lines == [str(n) for n in range(1, STEPS)]
    assert "width * height" in fixed
    assert changed == ["A\tsteps.txt", "M\twidgets.py"]
    assert len(gate.asked) == 1 + STEPS
    for run in gate.asked:
        assert run == list(range(run[0], run[-1] + 1))  # whoever runs asks for each step once
    for earlier, later in pairwise(gate.asked):
        assert earlier[-1] <= later[0] <= earlier[-1] + 1  # a kill costs one call at most
    assert calls <= 1 + STEPS + 1 + STEPS
    assert "begins anew" not in log


def events(made: World, *kinds: str) -> list[tuple[str, dict[str, Any]]]:
    """What the agent's log shows, in order."""
    with sqlite3.connect(made.root / "data/cadence.sqlite3") as rows:
        found = rows.execute("SELECT kind, data FROM agent_events ORDER BY seq").fetchall()
    return [(kind, json.loads(data)) for kind, data in found if kind in kinds]


def words(made: World) -> list[str]:
    return [str(data.get("text")) for _, data in events(made, "log")]


def stepping(*more: dict[str, Any]) -> dict[str, Any]:
    steps = [use("bash", command=f"echo {n} >> steps.txt") for n in range(1, PAUSE_BEFORE + 1)]
    return play(*steps, *more)


def waits(made: World) -> bool:
    return "Paused; the clock stands still." in words(made)


async def paused(made: World, gate: Gate, number: int) -> None:
    """Pause the agent in its third step and wait until it waits."""
    step = 2
    await gate.open(step)
    await made.until(lambda: gate.waiting[step], "two steps")
    made.github.comment(REPO, number, "dana", "@cadence pause")
    await made.until(partial(said, made, number, "aused"), "the word for it")
    # It obeys between two steps, so it must be let into the next one, and the word may be late.
    while not waits(made):
        if gate.waiting[step]:
            step += 1
            assert step <= PAUSE_BEFORE, "it never paused"
            await gate.open(step)
        await asyncio.sleep(0.2)
    await gate.open(STEPS + 1)


async def test_pause_outlasts_its_machine_and_nobody_can_tell(tmp_path: Path) -> None:
    scenario = stepping(FIX["turns"][0], finish())
    async with stage(tmp_path, scenario, CADENCE_PARK_AFTER_S="1") as made:
        made.llm.gate = gate = Gate()
        number = ask(made)
        await paused(made, gate, number)
        await made.until(lambda: pid_of(made) is None, "the machine is given back")
        made.github.comment(REPO, number, "dana", "@cadence resume")
        await made.until(partial(said, made, number, "is ready for review"), "done")
        [pull] = made.github.pulls(REPO)
        lines = shown(made, "steps.txt", pull.head_ref).split()
        phases = [data["phase"] for _, data in events(made, "phase")]
        talk = [text for text in words(made) if "aused" in text or "Going" in text]
        everything = " ".join(words(made))
        asked = len(made.llm.messages)

    assert lines == [str(n) for n in range(1, PAUSE_BEFORE + 1)]
    assert talk == ["Paused; the clock stands still.", "Going on."]
    assert phases == ["cloning", "verifying", "working", "verifying", "publishing", "publishing"]
    assert "machine" not in everything
    assert asked == 1 + PAUSE_BEFORE + 2  # no call of the model was made twice


async def test_stop_in_a_pause_keeps_the_work(tmp_path: Path) -> None:
    async with stage(tmp_path, stepping(finish()), CADENCE_PARK_AFTER_S="1") as made:
        made.llm.gate = gate = Gate()
        number = ask(made)
        await paused(made, gate, number)
        await made.until(lambda: pid_of(made) is None, "the machine is given back")
        made.github.comment(REPO, number, "dana", "@cadence stop")
        await made.until(partial(said, made, number, "topped"), "stopped")
        branch = f"cadence/{number}-area-is-wrong"
        await made.until(lambda: "1" in shown(made, "steps.txt", branch), "the work is kept")


async def test_nothing_is_kept_of_an_agent_that_is_over(tmp_path: Path) -> None:
    async with stage(tmp_path, stepping(FIX["turns"][0], finish())) as made:
        number = ask(made)
        await made.until(partial(said, made, number, "is ready for review"), "done")
        parts = made.root / "data/store"
        await made.until(
            lambda: not [path for path in parts.rglob("*") if path.is_file()], "nothing is left"
        )


async def test_pause_without_an_end_is_resumed_where_it_is(tmp_path: Path) -> None:
    scenario = stepping(FIX["turns"][0], finish())
    async with stage(tmp_path, scenario) as made:
        made.llm.gate = gate = Gate()
        number = ask(made)
        await paused(made, gate, number)
        pid = pid_of(made)
        made.github.comment(REPO, number, "dana", "@cadence resume")
        await made.until(lambda: "Going on." in words(made), "it goes on")

        assert pid_of(made) == pid
        await made.until(partial(said, made, number, "is ready for review"), "done")
