"""``cadence vps`` as people type it, cut off by kills, with the real daemon at the other end."""

import asyncio
import json
import os
import re
import shlex
import signal
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bot.bus import Bus
from bot.db.engine import Database
from bot.machine import ServerState
from deploy.devkit.hetzner.machines import Command
from tests.fakes.rented_machine import files_of, url_of
from tests.fakes.yard import Yard, open_yard

ROOT = Path(__file__).parents[2]
CADENCE = """
from bot.__main__ import app, main
from bot.commands import vps
app.add_typer(vps.app, name="vps")
main()
"""
DAEMON = "import typer; from bot.commands.daemon import daemon; typer.run(daemon)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a command said, and how it ended."""

    code: int
    out: str
    err: str

    @property
    def facts(self) -> Any:
        return json.loads(self.out)


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """A person at a terminal of the operator's."""

    yard: Yard
    environment: dict[str, str]
    home: Path

    async def begin(self, *words: str) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", CADENCE, "vps", *words),
            env=self.environment,
            cwd=self.home,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )

    async def type(self, *words: str) -> Said:
        process = await self.begin(*words)
        out, err = await asyncio.wait_for(process.communicate(), 60)
        return Said(code=process.returncode or 0, out=out.decode(), err=err.decode())


@pytest.fixture
async def desk(tmp_path: Path, bus: Bus) -> AsyncIterator[Desk]:
    database = Database(f"sqlite:///{tmp_path / 'cadence.sqlite3'}")
    await database.open()
    async with open_yard(database, tmp_path, bus) as yard:
        environment = {
            "PATH": os.defpath,
            "PYTHONPATH": str(ROOT),
            "COLUMNS": "140",
            "USER": "jo",
            "DATABASE_URL": f"sqlite:///{tmp_path / 'cadence.sqlite3'}",
            "CADENCE_DATA_DIR": str(tmp_path),
            "CADENCE_PUBLIC_URL": yard.terms.coordinator_url,
            "CADENCE_HETZNER_URL": yard.hetzner.url,
            "CADENCE_VPS_PACKAGE": "cadence-bot",
            "HCLOUD_TOKEN": yard.hetzner.token,
        }
        yield Desk(yard=yard, environment=environment, home=tmp_path)
    await database.close()


async def test_a_server_from_create_to_destroy(desk: Desk) -> None:
    created = await desk.type("create", "one", "--installation", "7")
    assert (created.code, created.out) == (0, "✓ one is ready (cx23 in fsn1).\n")
    assert "renting a cx23 at Hetzner" in created.err

    listed = await desk.type("list")
    header, row = listed.out.splitlines()
    assert header.split() == ["name", "account", "size", "where", "state", "daemon", "age"]
    assert re.match(r"one\s+7\s+cx23\s+fsn1\s+ready\s+connected 0\.1\.0\s+\d+ s\s*$", row)

    costs = await desk.type("costs", "--json")
    (cost,) = costs.facts
    assert (cost["name"], cost["currency"]) == ("one", "EUR")
    assert cost["perHour"] == pytest.approx(0.0058 * 1.19)
    table = await desk.type("costs")
    assert "€0.0069" in table.out

    unsure = await desk.type("destroy", "one")
    assert unsure.code != 0  # nobody there to say yes
    assert len(desk.yard.hetzner.world.servers) == 1

    gone = await desk.type("destroy", "one", "--yes")
    assert (gone.code, gone.out) == (0, "✓ one is gone (cx23 in fsn1).\n")
    assert await desk.yard.is_tidy()
    assert (await desk.type("list")).out == "There are no servers and no daemons.\n"


@pytest.mark.parametrize("requests", [3, 8, 11])
async def test_a_command_that_was_killed_goes_on_when_it_is_typed_again(
    desk: Desk, requests: int
) -> None:
    words = ("create", "one", "--installation", "7", "--json")
    process = await desk.begin(*words)
    async with asyncio.timeout(30):
        while len(desk.yard.asked) < requests:  # noqa: ASYNC110 - another process asks
            await asyncio.sleep(0.002)
    process.send_signal(signal.SIGKILL)
    await process.communicate()

    again = await desk.type(*words)

    assert process.returncode == -signal.SIGKILL
    assert again.code == 0, again.err
    assert again.facts["state"] == ServerState.READY
    world = desk.yard.hetzner.world
    assert (len(world.servers), len(world.firewalls), len(world.primary_ips)) == (1, 1, 2)


async def test_the_real_daemon_starts_with_the_units_own_words(desk: Desk) -> None:
    """As systemd would: its command line, its files, its folders."""
    home = desk.home / "machine"

    def boot(name: str, user_data: str) -> Command:
        files = files_of(user_data)
        (home / "credentials").mkdir(parents=True)
        (home / "credentials/token").write_text(files["/etc/cadence/token"])
        text = files["/etc/systemd/system/cadence-daemon.service"].replace("\\\n", " ")
        line = next(one for one in text.splitlines() if one.startswith("ExecStart="))
        known = {
            "${CADENCE_COORDINATOR_URL}": url_of(files),
            "%d": str(home / "credentials"),
            "%S": str(home),
            "$CADENCE_DAEMON_OPTIONS": "",
        }
        for word, meant in known.items():
            line = line.replace(word, meant)
        program, command, *words = shlex.split(line.removeprefix("ExecStart="))
        assert (program, command) == ("/opt/cadence/bin/cadence", "daemon")
        environment = {"PYTHONPATH": str(ROOT), "HOME": str(home)}
        return Command(argv=(sys.executable, "-c", DAEMON, *words), environment=environment)

    desk.yard.hetzner.world.machines.boot = boot

    created = await desk.type("create", "one", "--installation", "7", "--json")

    assert created.code == 0, created.err
    daemon = await desk.yard.daemons.get(created.facts["daemon"])
    assert daemon is not None
    assert daemon.seen_at is not None
    assert (home / "cadence/daemon").is_dir()


async def test_orphans_and_own_machines_are_in_the_list(desk: Desk) -> None:
    token = await desk.type("token", "cellar", "--installation", "7")
    created = await desk.type("create", "one", "--installation", "7", "--json")
    await desk.yard.servers.set(created.facts["id"], state=ServerState.GONE)

    listed = await desk.type("list")
    as_json = await desk.type("list", "--json")
    removed = await desk.type("destroy", "--orphans", "--json")

    assert token.code == 0
    assert f"cadence daemon --url {desk.yard.terms.coordinator_url}" in token.out
    assert "not shown again" in token.out
    assert re.search(r"^cellar\s+7\s+-\s+-\s+own machine\s+never seen", listed.out, re.MULTILINE)
    assert re.search(r"^one\s+-\s+cx23\s+fsn1\s+orphan", listed.out, re.MULTILINE)
    assert "cadence vps destroy --orphans" in listed.out
    assert [one["isOrphan"] for one in as_json.facts] == [False, True]
    assert removed.facts == {"removed": [created.facts["id"]]}
    assert desk.yard.hetzner.world.is_empty


async def test_what_goes_wrong_is_one_sentence_and_a_code(desk: Desk) -> None:
    desk.yard.hetzner.world.limit = 0
    full = await desk.type("create", "one", "--installation", "7")
    nothing = await desk.type("destroy", "--json")
    unknown = await desk.type("resize", "two", "cx33", "--json")
    desk.environment["HCLOUD_TOKEN"] = ""
    no_token = await desk.type("list")

    assert (full.code, nothing.code, unknown.code, no_token.code) == (2, 2, 2, 2)
    assert "cadence: the Hetzner project is at its limit (server limit exceeded)" in full.err
    assert nothing.facts == {"error": "say which server to remove, or --orphans"}
    assert unknown.facts == {"error": "there is no server 'two'"}
    assert "set HCLOUD_TOKEN" in no_token.err
    assert "Traceback" not in full.err + nothing.err + unknown.err + no_token.err
    assert desk.yard.hetzner.world.is_empty


async def test_a_resize_is_told_as_json(desk: Desk) -> None:
    await desk.type("create", "one", "--installation", "7", "--type", "cx33", "--json")

    resized = await desk.type("resize", "one", "cx43", "--json")

    assert resized.code == 0, resized.err
    assert (resized.facts["size"], resized.facts["state"]) == ("cx43", "ready")
    assert resized.err == ""
