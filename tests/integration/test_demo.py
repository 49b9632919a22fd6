"""The demo's stage: whoever watches it can sign in and use the app."""

import subprocess
from pathlib import Path

import pytest

from bot.settings import load
from deploy.devkit.demo.stage import PERSON, stage
from tests.fakes.phone import Browser

pytestmark = pytest.mark.slow


def _committed(repo: Path) -> Path:
    """Return *repo* with one commit."""
    who = ("-c", "user.name=dana", "-c", "user.email=dana@example.com")
    subprocess.run(["git", "init", "-q", str(repo)], check=True, timeout=60)
    commit = ["git", "-C", str(repo), *who, "commit", "-q", "--allow-empty", "-m", "Begin"]
    subprocess.run(commit, check=True, timeout=60)
    return repo


async def test_app_of_the_demo_takes_its_person_in(tmp_path: Path) -> None:
    repo, folder = _committed(tmp_path / "widgets"), tmp_path / "demo"
    folder.mkdir()

    async with stage(repo, folder, load()) as made:
        browser = Browser(made.coordinator, made.github)
        try:
            async with browser.session.get(f"{made.coordinator}/app/") as page:
                assert page.status == 200
            back = await browser.sign_in(PERSON)
            me = await browser.get("/api/me")
            repos = await browser.get("/api/repos")
        finally:
            await browser.close()

    assert (back.status, back.headers["Location"]) == (302, "/app/")
    assert (me.body["login"], me.body["features"]["voice"]) == (PERSON, True)
    assert [one["fullName"] for one in repos.body["items"]] == ["demo/widgets"]
