"""The durable engine by itself: workflows that do nothing, on our settings and our database."""

import asyncio
import json
import sys
import time
from pathlib import Path

import uvloop
from dbos import DBOS

from bot.db.engine import Database
from bot.engine import Engine, Queue

BATCH = 100


async def main(place: Path, count: int) -> None:
    """Work off *count* workflows; print how many a second."""
    database = Database(f"sqlite:///{place / 'engine.sqlite3'}")
    await database.open()
    engine = Engine(database, [Queue(name="deliveries", at_once=50)])
    ended: list[float] = []
    done = asyncio.Event()

    async def note(guid: str) -> str:
        ended.append(time.monotonic())
        if len(ended) == count:
            done.set()
        return guid

    async def nothing(guid: str) -> str:
        return await step(guid)

    def register() -> None:
        DBOS.workflow(name="nothing")(nothing)

    step = DBOS.step(name="note")(note)
    await engine.open(register)
    for first in range(0, count, BATCH):
        calls = [(f"b:{number}", (str(number),)) for number in range(first, first + BATCH)]
        async with database.write() as tx:
            await engine.enqueue_in(tx, "nothing", "deliveries", calls)
    await done.wait()
    print(json.dumps({"per_s": (count - 1) / (max(ended) - min(ended))}))
    while await DBOS.list_workflows_async(  # noqa: ASYNC110 - the engine tells nobody
        status=["PENDING", "ENQUEUED"], limit=1
    ):
        await asyncio.sleep(0.1)  # the last results are still being written
    await engine.close()
    await database.close()


if __name__ == "__main__":
    uvloop.run(main(Path(sys.argv[1]), int(sys.argv[2])))
