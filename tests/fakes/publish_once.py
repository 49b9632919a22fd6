"""Publish once in a process of its own, which kills itself before a given step.

``python -m tests.fakes.publish_once FILE STEP``: FILE is JSON; an empty STEP runs to the end.
"""

import asyncio
import json
import os
import signal
import sys
from pathlib import Path

import aiohttp

from bot.github.app import GitHubApp
from runner.spec import Outcome
from tests.fakes.press import publisher_on
from tests.fakes.workshop import agent_on


async def main(file: str, last_step: str) -> None:
    """Do what FILE says until *last_step*."""
    facts = json.loads(Path(file).read_text())  # noqa: ASYNC240 - nothing else runs yet

    def checkpoint(step: str) -> None:
        if step == last_step:
            os.kill(os.getpid(), signal.SIGKILL)

    async with aiohttp.ClientSession() as session:
        app = GitHubApp(session, **facts["app"])
        publisher = publisher_on(app, facts["url"], Path(facts["root"]), checkpoint=checkpoint)
        agent = agent_on(**facts["agent"])
        await publisher.publish(
            agent, Outcome.model_validate(facts["outcome"]), Path(facts["bundle"])
        )


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
