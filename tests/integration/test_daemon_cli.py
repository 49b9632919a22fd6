"""``cadence daemons``: tokens shown once, wishes written down, and nobody else's daemon."""

import hashlib
import json
import sqlite3
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.commands.daemons import app

RUN = CliRunner()


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CADENCE_DATABASE", f"sqlite:///{tmp_path}/c.sqlite3")
    monkeypatch.setenv("CADENCE_PUBLIC_URL", "https://cadence.example")
    monkeypatch.setenv("CADENCE_DATA_DIR", str(tmp_path))
    return tmp_path


def rows(data: Path) -> list[tuple[str, ...]]:
    [file] = data.glob("*.sqlite3")
    with sqlite3.connect(file) as database:
        return database.execute("SELECT token_hash, facts, revoked_at FROM daemons").fetchall()


def said(*words: str) -> str:
    result = RUN.invoke(app, list(words), catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_token_is_shown_once_and_kept_as_a_hash(data: Path) -> None:
    added = json.loads(said("add", "box", "--installation", "7", "--json"))

    assert rows(data)[0][0] == hashlib.sha256(added["token"].encode()).hexdigest()
    assert added["token"] not in added["command"]
    assert added["command"] == "cadence daemon --url https://cadence.example"
    assert added["token"] not in said("list")
    assert "box  never seen" in said("list")


def test_wishes_of_the_operator_are_written_down(data: Path) -> None:
    said("add", "box", "--installation", "7")
    said("update", "box", "2.0")
    said("drain", "box")
    assert json.loads(rows(data)[0][1]) == {"update_to": "2.0", "drain": True}

    said("undrain", "box")
    assert json.loads(rows(data)[0][1])["drain"] is False


def test_revoked_daemon_is_listed_no_more_and_its_name_is_free(data: Path) -> None:
    said("add", "box", "--installation", "7")
    said("revoke", "box")

    assert rows(data)[0][2] is not None
    assert "There are no daemons." in said("list")
    said("add", "box", "--installation", "7")
