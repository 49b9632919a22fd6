"""Webhook ingest: ours, durable, against probot and a bare server, which keep nothing."""

import asyncio
import contextlib
import sqlite3
from collections.abc import Callable
from pathlib import Path
from statistics import median

from tests.bench import programs
from tests.bench.load import Load, wrk
from tests.bench.table import Row

Start = Callable[[Path], contextlib.AbstractAsyncContextManager[programs.Program]]


async def measure(place: Path, *, seconds: int, rounds: int) -> list[Row]:
    """Measure all servers in turn, *rounds* times, so that none gets the quiet moment."""
    secret = programs.fresh_secret()
    version = await asyncio.to_thread(programs.install_probot)
    servers: dict[str, Start] = {
        "bare aiohttp + uvloop": lambda at: programs.bare(at, secret=secret),
        f"probot {version}, map in memory, as it comes": lambda at: programs.probot(
            at, secret=secret, log="info"
        ),
        f"probot {version}, map in memory, not logging": lambda at: programs.probot(
            at, secret=secret, log="fatal"
        ),
        "Cadence, SQLite synchronous=FULL": lambda at: programs.coordinator(
            at, secret=secret, is_working=False
        ),
    }
    loads: dict[str, list[Load]] = {name: [] for name in servers}
    kept = 0
    for number in range(rounds):
        for turn, (name, start) in enumerate(servers.items()):
            at = place / f"{number}-{turn}"
            at.mkdir(parents=True)
            async with start(at) as server:
                await wrk(server.webhook, secret, seconds=1)
                load = await wrk(server.webhook, secret, seconds=seconds)
            if load.refused:
                raise RuntimeError(f"{name} refused {load.refused} of {load.requests} deliveries")
            loads[name].append(load)
            kept += _kept(at)
    bare, logging, probot, ours = (median(load.per_s for load in each) for each in loads.values())
    rows = [
        Row("webhook ingest", name, f"{median(x.per_s for x in each):,.0f}/s", _tail(each))
        for name, each in loads.items()
    ]
    rows.append(
        Row(
            "webhook ingest",
            "ours : probot (at least 1)",
            f"{ours / logging:.2f}",
            f"{ours / probot:.2f} of probot not logging, {ours / bare:.2f} of bare; "
            f"{kept:,} deliveries on disk",
            is_met=ours >= logging,
        )
    )
    p99 = median(load.p99_ms for load in list(loads.values())[-1])
    rows.append(Row("webhook ingest", "our p99 (at most 50 ms)", f"{p99:.1f} ms", is_met=p99 <= 50))
    return rows


def _tail(loads: list[Load]) -> str:
    p50 = median(load.p50_ms for load in loads)
    p99 = median(load.p99_ms for load in loads)
    spread = " to ".join(f"{each(load.per_s for load in loads):,.0f}" for each in (min, max))
    return f"p50 {p50:.1f} ms, p99 {p99:.1f} ms; rounds {spread}/s"


def _kept(at: Path) -> int:
    path = at / "data" / "cadence.sqlite3"
    if not path.exists():
        return 0
    with contextlib.closing(sqlite3.connect(path)) as connection:
        return int(connection.execute("SELECT count(*) FROM deliveries").fetchone()[0])
