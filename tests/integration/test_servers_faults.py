"""A fault at every request to Hetzner: nothing is left behind, whichever it is."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.bus import Bus
from bot.db.engine import Database
from bot.errors import CadenceError
from bot.machine import ServerState
from tests.fakes.yard import ACCOUNT, KEY, Yard, open_yard


@pytest.fixture
async def yard(tmp_path: Path, bus: Bus) -> AsyncIterator[Yard]:
    database = Database(f"sqlite:///{tmp_path / 'cadence.sqlite3'}")
    await database.open()
    async with open_yard(database, tmp_path, bus) as yard:
        yield yard
    await database.close()


async def requests_of_a_creation(yard: Yard) -> int:
    await yard.fleet(ssh_key=KEY).create(ACCOUNT, name="before")
    count = len(yard.asked)
    await yard.fleet(ssh_key=KEY).destroy("before")
    yard.asked.clear()
    return count


@pytest.mark.slow
@pytest.mark.parametrize(
    "fault",
    [
        pytest.param({"kind": "status", "status": 422, "code": "invalid_input"}, id="refused"),
        pytest.param({"kind": "status", "status": 500, "times": 4}, id="in trouble"),
        pytest.param({"kind": "lost_answer", "times": 4}, id="lost"),
        pytest.param({"kind": "garbled", "message": "<html>", "times": 4}, id="another's page"),
        pytest.param({"kind": "garbled", "message": "", "times": 4}, id="nothing"),
        pytest.param({"kind": "garbled", "message": "{}", "times": 4}, id="an empty answer"),
    ],
)
async def test_nothing_is_left_whichever_request_fails(
    yard: Yard, fault: dict[str, object]
) -> None:
    """Each request once: the creation is good or all of it is gone, and the row says which."""
    count, failed = await requests_of_a_creation(yard), 0
    for number in range(count):
        yard.hetzner.fail(**fault, after=number)  # type: ignore[arg-type]  # the parameters above
        said = await how_it_failed(yard, f"one-{number}")
        server = await yard.servers.named(f"one-{number}")
        assert server is not None
        if said:
            assert (server.state, server.reason) == (ServerState.FAILED, said), f"request {number}"
            failed += 1
        else:
            await yard.fleet().destroy(server.name)
        assert await yard.is_tidy(), f"request {number}"
    assert count > 12
    assert failed


async def how_it_failed(yard: Yard, name: str) -> str:
    """Return why there is no server of that name, nothing when there is."""
    try:
        await yard.fleet(ssh_key=KEY).create(ACCOUNT, name=name)
    except CadenceError as error:
        return str(error)
    finally:
        yard.hetzner.world.faults.coming.clear()
    return ""
