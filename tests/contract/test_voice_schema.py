"""The spoken part of the API held against its own document, by whatever may be sent."""

import asyncio
from pathlib import Path
from typing import Any

import schemathesis

from bot.bus import Bus
from bot.db.engine import Database
from tests.contract.test_people_api import _attack
from tests.fakes.phone import home, without_limits


async def test_whatever_is_said_is_answered_as_the_document_says(
    tmp_path: Path, database: Database
) -> None:
    async with home(tmp_path, database, Bus()) as here:
        dana = await here.signed_in()
        schema = schemathesis.openapi.from_dict((await dana.get("/api/openapi.json")).body)
        without_limits(here)
        results: list[Any] = list(schema.get_all_operations())
        found = [result.ok() for result in results]
        spoken = [one for one in found if one.path.startswith("/api/voice")]

        wrong = [
            f"{one.path}: {bad}"
            for one in spoken
            for bad in await asyncio.to_thread(_attack, one, dana, "x")
        ]

    assert len(spoken) == 4
    assert wrong == []
