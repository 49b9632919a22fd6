"""The model's client is loaded late, and once."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from mobile_api.speech.frame import Context, Frame, Intent
from mobile_api.voice.later import LateReader

NOWHERE = Context()


class Echo:
    def __init__(self) -> None:
        self.opened = self.closed = 0

    @asynccontextmanager
    async def open(self) -> AsyncIterator["Echo"]:
        self.opened += 1
        yield self
        self.closed += 1

    async def read(self, transcript: str, context: Context) -> Frame:
        return Frame(intent=Intent.UNKNOWN, reason=transcript)


async def test_sentences_at_once_load_it_once() -> None:
    echo = Echo()
    async with LateReader(echo.open) as reader:
        assert echo.opened == 0
        said = await asyncio.gather(*(reader.read(str(n), NOWHERE) for n in range(5)))

        assert [frame.reason for frame in said] == list("01234")
        assert echo.opened == 1

    assert echo.closed == 1


async def test_it_is_loaded_in_a_quiet_moment() -> None:
    echo, quiet = Echo(), asyncio.Event()

    async def moment() -> None:
        await quiet.wait()

    async with LateReader(echo.open, quiet=moment):
        await asyncio.sleep(0)
        assert echo.opened == 0
        quiet.set()
        while not echo.opened:  # noqa: ASYNC110 - it is loaded in a thread
            await asyncio.sleep(0.01)


async def test_end_does_not_wait_for_a_quiet_moment() -> None:
    echo, never = Echo(), asyncio.Event()

    async def moment() -> None:
        await never.wait()

    async with LateReader(echo.open, quiet=moment):
        pass

    assert (echo.opened, echo.closed) == (0, 0)


def test_coordinator_starts_without_the_clients_of_models() -> None:
    asked = "import sys, bot.serve; print([n for n in ('anthropic', 'openai') if n in sys.modules])"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"
