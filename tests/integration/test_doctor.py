"""The doctor on a real machine, a real database, and the stand-ins."""

import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot import manifest, settings
from bot.db.checkup import look
from bot.db.engine import Database
from bot.doctor import Finding, Level, examine, machine
from bot.errors import Unavailable
from deploy.devkit.anthropic import AnthropicStandIn
from deploy.devkit.anthropic.contract import known_models
from tests.fakes.github import Town, town


@pytest.fixture
async def llm() -> AsyncIterator[AnthropicStandIn]:
    known_models()  # loads the SDK: on our loop, it would be waited for as if the network were slow
    async with AnthropicStandIn() as standing_in:
        yield standing_in


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Town]:
    async with town(tmp_path / "github") as opened:
        yield opened


async def _examined(
    tmp_path: Path, scene: Town, llm: AnthropicStandIn, **chosen: Any
) -> dict[str, Finding]:
    values = {
        "_env_file": None,
        "data_dir": tmp_path / "data",
        "port": 1,
        "github_url": scene.github.url,
        "github_api_url": scene.github.api_url,
        "app_id": scene.app.app_id,
        "app_slug": scene.app.slug,
        "private_key": scene.app.private_key_pem,
        "webhook_secret": scene.app.webhook_secret,
        "anthropic_api_key": llm.key,
        "anthropic_base_url": llm.url,
    }
    return {found.name: found for found in await examine(settings.load(**(values | chosen)))}


async def test_app_and_keys_that_are_good_are_found_good(
    tmp_path: Path, scene: Town, llm: AnthropicStandIn
) -> None:
    scene.github.set_hook_url("http://127.0.0.1:1/webhooks/github")

    found = await _examined(tmp_path, scene, llm)

    for name in ("App credentials", "Anthropic key", "webhook address", "webhook secret", "clock"):
        assert found[name].ok is Level.OK, found[name]
    assert "acme" in found["installations"].detail
    assert found["coordinator"].remedy == "start it: cadence serve"


async def test_key_of_another_app_is_refused_with_what_to_do(
    tmp_path: Path, scene: Town, llm: AnthropicStandIn
) -> None:
    other = scene.github.app("other")

    found = await _examined(tmp_path, scene, llm, private_key=other.private_key_pem)

    assert found["App credentials"].ok is Level.FAIL
    assert "cadence setup" in found["App credentials"].remedy


@pytest.mark.parametrize(
    ("chosen", "words"),
    [
        pytest.param({"private_key": "nonsense"}, "not an RSA key", id="nonsense"),
        pytest.param({"app_id": 0}, "no App yet", id="no App"),
        pytest.param({"private_key_path": Path("/gone.pem")}, "cannot be read", id="no file"),
        pytest.param({"github_api_url": "http://127.0.0.1:1"}, "", id="no GitHub"),
    ],
)
async def test_credentials_that_cannot_be_used_fail_with_a_remedy(
    tmp_path: Path, scene: Town, llm: AnthropicStandIn, chosen: dict[str, Any], words: str
) -> None:
    found = (await _examined(tmp_path, scene, llm, **chosen))["App credentials"]

    assert found.ok is Level.FAIL
    assert words in found.detail
    assert found.remedy


async def test_revoked_model_key_fails_and_a_silent_service_is_named(
    tmp_path: Path, scene: Town, llm: AnthropicStandIn
) -> None:
    refused = await _examined(tmp_path, scene, llm, anthropic_api_key="revoked")
    silent = await _examined(tmp_path, scene, llm, anthropic_base_url="http://127.0.0.1:1")
    missing = await _examined(tmp_path, scene, llm, anthropic_api_key="")

    assert refused["Anthropic key"].detail == "refused (HTTP 401)"
    assert "does not answer" in silent["Anthropic key"].detail
    assert missing["Anthropic key"].detail == "not set"


async def test_deliveries_that_reach_nobody_are_seen_in_githubs_own_log(
    tmp_path: Path, scene: Town, llm: AnthropicStandIn
) -> None:
    scene.github.set_hook_url("http://127.0.0.1:1/webhooks/github")
    scene.github.open_issue("acme/widgets", "dana", title="Lost", body="")
    await scene.github.settled()

    found = await _examined(tmp_path, scene, llm)

    assert found["deliveries"].ok is Level.FAIL


async def test_standing_in_app_has_what_the_manifest_asks_for(
    tmp_path: Path, scene: Town, llm: AnthropicStandIn
) -> None:
    asked = manifest.read()
    app = scene.github.app("exact", permissions=asked.permissions, events=asked.events)
    scene.github.install("acme", slug=app.slug)
    chosen = {"app_id": app.app_id, "app_slug": app.slug, "private_key": app.private_key_pem}

    found = await _examined(tmp_path, scene, llm, **chosen)

    for name in ("permissions", "events", "installations"):
        assert found[name].ok is Level.OK, found[name]


async def test_database_of_the_coordinator_is_found_good_and_left_as_it_was(
    tmp_path: Path,
) -> None:
    url = f"sqlite:///{tmp_path / 'c.sqlite3'}"
    database = Database(url)
    await database.open()
    await database.close()

    found = look(url)

    assert found.revision == found.newest
    assert found.journal == "wal"
    with sqlite3.connect(tmp_path / "c.sqlite3") as connection:
        names = connection.execute("SELECT name FROM sqlite_master").fetchall()
    connection.close()
    assert ("cadence_doctor",) not in names


def test_file_that_is_no_database_is_said(tmp_path: Path) -> None:
    (tmp_path / "c.sqlite3").write_bytes(b"nonsense " * 200)

    with pytest.raises(Unavailable, match="file is not a database"):
        look(f"sqlite:///{tmp_path / 'c.sqlite3'}")


def test_database_that_is_not_there_yet_is_not_made(tmp_path: Path) -> None:
    assert look(f"sqlite:///{tmp_path / 'new' / 'c.sqlite3'}").is_new
    assert list(tmp_path.iterdir()) == []


async def test_machine_without_the_programs_is_told_how_to_get_each(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    found = {item.name: item for item in await machine.look(settings.load(_env_file=None))}

    for name, package in (("git", "git"), ("ripgrep", "ripgrep"), ("sandbox", "bubblewrap")):
        assert found[name].ok is Level.FAIL
        assert f"apt-get install -y {package}" in found[name].remedy


async def test_sandbox_that_is_switched_off_is_pointed_out() -> None:
    patient = settings.load(_env_file=None, no_sandbox=True)

    found = {item.name: item for item in await machine.look(patient)}

    assert found["sandbox"].ok is Level.WARN
    assert "unconfined" in found["sandbox"].detail
