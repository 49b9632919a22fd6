"""A storm over many agents: coordinator, runners, machines and database connections die.

Whoever watches an agent's log keeps watching through all of it, as a browser does.
"""

import asyncio
import contextlib
import json
import os
import random
import signal
import subprocess
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import psycopg

from deploy.devkit.fly import FlyStandIn
from deploy.devkit.fly.machines import FlyMachine
from tests.e2e.plays import FIX, finish, play, results, use
from tests.e2e.world import World
from tests.fakes.github import REPO

STEPS = 4


def storm_play() -> dict[str, Any]:
    """Return a task of a few steps that each leave a line, so that none can hide a second time."""
    steps = [use("bash", command=f"echo {n} >> steps.txt; sleep 0.4") for n in range(STEPS)]
    return play(*steps, FIX["turns"][0], finish(closes_issue=True))


@dataclass
class Watcher:
    """What one browser saw of one agent, in order."""

    agent_id: str
    seen: list[int] = field(default_factory=list)

    async def watch(self, made: World) -> None:
        timeout = aiohttp.ClientTimeout(total=None, sock_read=30)
        async with aiohttp.ClientSession(timeout=timeout) as session:
            while True:
                last = {"Last-Event-ID": str(self.seen[-1])} if self.seen else {}
                url = f"{made.url}/agents/{self.agent_id}/stream"
                with contextlib.suppress(aiohttp.ClientError, TimeoutError, OSError):
                    async with session.get(url, headers=last) as answer:
                        async for line in answer.content:
                            if line.startswith(b"id:"):
                                self.seen.append(int(line[3:]))
                await asyncio.sleep(0.2)


class LastOnes:
    """The model's gate: the last agents do not end before the storm, so it finds whom to hit."""

    def __init__(self, agents: int, *, kept: int = 3) -> None:
        self.over = asyncio.Event()
        self._free = agents - kept
        self._ending: set[str] = set()

    async def __call__(self, body: dict[str, Any]) -> None:
        if results(body) <= STEPS:
            return
        # A conversation begins with the same words on every machine.
        self._ending.add(json.dumps(body["messages"][0]["content"][0]["text"]))
        if len(self._ending) > self._free:
            await self.over.wait()


@dataclass
class Storm:
    """The storm and what it hit."""

    made: World
    dice: random.Random
    kinds: Sequence[str]
    fly: FlyStandIn | None = None
    hits: Counter[str] = field(default_factory=Counter)

    async def blow(self, kills: int, *, pause_s: tuple[float, float]) -> None:
        """Kill *kills* times at random moments, each kind in its share."""
        kinds = [self.kinds[n % len(self.kinds)] for n in range(kills)]
        self.dice.shuffle(kinds)
        for kind in kinds:
            await asyncio.sleep(self.dice.uniform(*pause_s))
            async with asyncio.timeout(240):  # between two machines there is none to kill
                while not await self._strike(kind):  # noqa: ASYNC110 - nobody tells
                    await asyncio.sleep(0.1)
            self.hits[kind] += 1

    async def _strike(self, kind: str) -> bool:
        if kind == "coordinator":
            await self.made.kill()
            await self.made.start()
            return True
        if kind == "database":
            return await asyncio.to_thread(self._cut_connections)
        if kind == "machine":
            return await self._kill_machine()
        return await self._kill_runner()

    def _cut_connections(self) -> bool:
        with psycopg.connect(self.made.settings["DATABASE_URL"], autocommit=True) as connection:
            cut = connection.execute(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
                "WHERE pid <> pg_backend_pid() AND datname = current_database()"
            ).fetchone()
        return bool(cut and cut[0])

    async def _kill_runner(self) -> bool:
        """End the processes of a run; its machine notices."""
        if self.fly is not None:
            working = self._working()
            if working:
                await self.fly.kill(self.dice.choice(working).id)
            return bool(working)
        pids = _local_runs(self.made)
        if not pids:
            return False
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.dice.choice(pids), signal.SIGKILL)
        return True

    async def _kill_machine(self) -> bool:
        """Lose a rented machine that has a run, with its host."""
        working = self._working()
        if self.fly is None or not working:
            return False
        await self.fly.host_dies(self.dice.choice(working).id)
        return True

    def _working(self) -> list[FlyMachine]:
        if self.fly is None:
            return []
        query = "SELECT provider_id FROM machines WHERE run_id IS NOT NULL AND state <> 'gone'"
        with psycopg.connect(self.made.settings["DATABASE_URL"]) as connection:
            taken = {row[0] for row in connection.execute(query).fetchall()}
        return [one for one in self.fly.living() if one.id in taken and one.body is not None]


def _local_runs(made: World) -> list[int]:
    pids = []
    for path in made.machines.glob("*/runner.pid"):
        with contextlib.suppress(OSError, ValueError):
            pid = int(path.read_text().split()[0])
            os.kill(pid, 0)
            pids.append(pid)
    return pids


def orphans(made: World, fly: FlyStandIn, place: Path) -> list[str]:
    """Return machines that live and should not, and processes in *place* that are no machine's."""
    query = "SELECT provider_id, state, run_id FROM machines"
    with psycopg.connect(made.settings["DATABASE_URL"]) as connection:
        known = {row[0]: row[1:] for row in connection.execute(query).fetchall()}
    waiting = {"booting", "ready", "stopped"}
    living = fly.living()
    wrong = [
        f"machine {one.id}: {known.get(one.id, 'nobody knows it')}"
        for one in living
        if one.id not in known or known[one.id][0] not in waiting or known[one.id][1]
    ]
    assert made.process is not None
    roots = {one.body.pid for one in living if one.body is not None} | {made.process.pid}
    return wrong + [
        f"process {pid}" for pid in made.runner_pids(place) if not roots & _line_of(pid)
    ]


def _line_of(pid: int) -> set[int]:
    """Return a process and those that it comes from; empty for one that is over."""
    found: set[int] = set()
    with contextlib.suppress(OSError):
        while pid > 1:
            found.add(pid)
            pid = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    return found


def tasks(made: World, count: int) -> list[int]:
    """Open *count* issues that mention us."""
    numbers = []
    for n in range(count):
        issue = made.github.open_issue(REPO, "dana", f"Area {n} is wrong", "It adds.")
        made.github.comment(REPO, issue.number, "dana", "@cadence please fix this")
        numbers.append(issue.number)
    return numbers


def branch_lines(made: World, branch: str) -> list[str]:
    """Return the lines that the steps of a task left on its branch."""
    repository = made.github.world.repository(REPO).path
    command = ["git", "show", f"{branch}:steps.txt"]
    done = subprocess.run(command, cwd=repository, capture_output=True, text=True)
    return done.stdout.split()


def wrong_pulls(made: World, numbers: Sequence[int]) -> list[str]:
    """Return what is not as it should be, one line each."""
    wrong = []
    pulls = made.github.pulls(REPO)
    per_branch = Counter(pull.head_ref for pull in pulls)
    wrong += [f"{branch} has {n} pull requests" for branch, n in per_branch.items() if n != 1]
    for number in numbers:
        mine = [pull for pull in pulls if pull.head_ref.startswith(f"cadence/{number}-")]
        if len(mine) != 1:
            wrong.append(f"issue {number}: {len(mine)} pull requests")
            continue
        lines = branch_lines(made, mine[0].head_ref)
        if lines != [str(n) for n in range(STEPS)] or mine[0].draft:
            wrong.append(f"issue {number}: {lines}, draft {mine[0].draft}")
        if len(made.status_comments(number)) != 1:
            wrong.append(f"issue {number}: {len(made.status_comments(number))} status comments")
    return wrong


def unseen(watchers: Sequence[Watcher], stored: dict[str, list[int]]) -> list[str]:
    """Return whose watcher did not see every event once and in order."""
    return [
        f"{one.agent_id}: saw {one.seen[-5:]} of {stored[one.agent_id][-3:]}"
        for one in watchers
        if one.seen != stored[one.agent_id] or one.seen != list(range(1, len(one.seen) + 1))
    ]


def stored_events(rows: Sequence[tuple[str, int]]) -> dict[str, list[int]]:
    """Return the numbers of every agent's events, as they are stored."""
    found: dict[str, list[int]] = {}
    for agent_id, seq in rows:
        found.setdefault(agent_id, []).append(seq)
    return {agent_id: sorted(numbers) for agent_id, numbers in found.items()}


def loads(text: Any) -> Any:
    """Return JSON as either database gives it."""
    return json.loads(text) if isinstance(text, str) else text
