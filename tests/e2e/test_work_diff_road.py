"""What an agent changed, asked of a real coordinator while a real machine is at work."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mobile_api.auth.sign_in import CALLBACK
from tests.e2e.plays import EDIT, finish, play, prepare, use
from tests.e2e.world import world
from tests.fakes.github import REPO
from tests.fakes.phone import Browser

pytestmark = [pytest.mark.slow, pytest.mark.sandbox, pytest.mark.timeout(600)]
WORK = play({"content": [EDIT]}, use("ask", question="Is that right?"), finish())


async def test_changes_are_seen_before_and_after_the_push(tmp_path: Path) -> None:
    async with world(tmp_path, WORK) as made:
        app = made.town.app
        made.settings |= {
            "GITHUB_CLIENT_ID": app.client_id,
            "GITHUB_CLIENT_SECRET": app.client_secret,
        }
        made.github.set_callback_urls(made.url + CALLBACK)
        await prepare(made.github)
        await made.start()
        dana = Browser(made.url, made.github)
        try:
            await _story(dana)
        finally:
            await dana.close()


async def _story(dana: Browser) -> None:
    assert (await dana.sign_in()).status == 302
    begun = await dana.post("/api/agents", {"repo": REPO, "task": "Multiply the sides"})
    assert begun.status == 201, begun.text
    path = f"/api/agents/{begun.body['id']}"

    asked = await _until(dana, path, lambda agent: agent["question"])
    working = await _until(dana, f"{path}/diff", lambda diff: diff["source"] == "work")
    assert working["note"].startswith("not pushed yet: as it was after step ")
    [changed] = working["files"]
    assert changed["status"] == "modified"
    assert "+" in changed["patch"]

    answer = {"questionId": asked["question"]["id"], "text": "Yes."}
    assert (await dana.post(f"{path}/answer", answer)).status == 200
    await _until(dana, path, lambda agent: agent["status"] == "completed")
    pushed = (await dana.get(f"{path}/diff")).body
    assert (pushed["source"], pushed["note"]) == ("pullRequest", "")
    assert [one["path"] for one in pushed["files"]] == [changed["path"]]


async def _until(
    dana: Browser, path: str, claim: Callable[[dict[str, Any]], Any]
) -> dict[str, Any]:
    """Wait until *claim* holds of what is at *path*; return it."""
    async with asyncio.timeout(300):
        while True:
            told: dict[str, Any] = (await dana.get(path)).body
            assert told.get("status") not in {"failed", "cancelled"}, told
            if claim(told):
                return told
            await asyncio.sleep(0.2)
