"""Run the coordinator as a process: one event loop, one HTTP server, a clean end."""

import asyncio
import contextlib
import fcntl
import gc
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import structlog
import uvloop
from aiohttp import web

from bot.app import Coordinator
from bot.errors import BadSettings, Unavailable
from bot.log import configure
from bot.settings import Settings
from bot.wiring.places import sizes_of
from runner.redact import Redactor

# A thread that comes back from the database waits so long for the event loop at most; by default
# it is five times as long, for each statement.
SWITCH_S = 0.001
log = structlog.get_logger()


def run(settings: Settings) -> None:
    """Serve until told to stop; raise `BadSettings`, also when another has the database."""
    sizes_of(settings)  # said now, not at the first agent
    redactor = Redactor(settings.secret_values)
    configure(settings.log_format, settings.log_level, redactor.redact)
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    with _alone(settings):
        uvloop.run(_serve(settings, redactor))


async def _serve(settings: Settings, redactor: Redactor) -> None:
    coordinator = Coordinator(settings, redactor)
    runner = web.AppRunner(
        coordinator.application(), access_log=None, shutdown_timeout=2.0, handle_signals=False
    )
    await runner.setup()
    try:
        site = web.TCPSite(runner, settings.host, settings.port, backlog=4096)
        await site.start()
    except OSError as error:
        await runner.cleanup()
        raise BadSettings(f"cannot listen on {settings.host}:{settings.port}") from error
    coordinator.port = runner.addresses[0][1]
    gc.freeze()  # what was loaded at start stays; the collector need not look at it again
    sys.setswitchinterval(SWITCH_S)
    log.info("listening", host=settings.host, port=coordinator.port)
    asked = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, asked.set)
    waits = [asyncio.create_task(e.wait()) for e in (asked, coordinator.broke)]
    await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    for wait in waits:
        wait.cancel()
    log.info("stopping")
    await runner.cleanup()
    if coordinator.broke.is_set():
        raise Unavailable("the coordinator broke; its log says why")


@contextlib.contextmanager
def _alone(settings: Settings) -> Iterator[None]:
    """Hold the data directory: SQLite has one process, and so have its machines."""
    path = Path(settings.data_dir) / "lock"
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BadSettings(
                f"another coordinator uses {settings.data_dir}; set CADENCE_DATA_DIR for a second"
            ) from error
        yield
