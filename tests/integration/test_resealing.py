"""Keys go out of use: what they sealed is sealed anew, whatever happens meanwhile."""

import asyncio
import base64
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from bot.bus import Bus
from bot.db.engine import Database
from bot.db.identities import Grant, Identities
from bot.db.push import Pushes, Subscription
from bot.db.sealed import Place, Sealed, SealedRows
from bot.db.sessions import Session, Sessions
from bot.keys.resealing import Report, Resealing
from bot.keys.vault import Unreadable, Vault, derived
from bot.settings import child_environment
from tests.fakes.phone import home

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
OLD, NEW = {"old": b"o" * 32}, {"new": b"n" * 32}
BOTH = Vault(NEW | OLD)


def grant(vault: Vault, person_id: int, word: str = "token", *, refresh: bool = True) -> Grant:
    context = f"person:{person_id}"
    return Grant(
        token=vault.seal(word.encode(), context=context),
        token_until=None,
        refresh=vault.seal(b"refresh", context=context) if refresh else None,
        refresh_until=None,
    )


class Scene:
    def __init__(self, database: Database) -> None:
        self.database = database
        self.identities = Identities(database)
        self.rows = SealedRows(database)

    async def signed_in(self, person_id: int, made: Grant) -> None:
        await self.identities.signed_in(
            person_id, login=f"p{person_id}", name="", avatar_url="", grant=made, now=NOW
        )

    async def device(self, person_id: int, vault: Vault) -> None:
        session_id = f"s{person_id}"
        session = Session(
            id=session_id, person_id=person_id, login="", device="", kind="web", created_at=NOW,
            last_seen_at=NOW, expires_at=NOW + timedelta(days=1),
        )  # fmt: skip
        await Sessions(self.database).add(session, session_id)
        one = Subscription(
            id=f"d{person_id:04}", person_id=person_id, session_id=session_id,
            endpoint_hash=f"e{person_id}",
            sealed=vault.seal(b"where", context=f"push:{person_id}"), device="",
            key_print="", created_at=NOW,
        )  # fmt: skip
        await Pushes(self.database).subscribe(one, most=20)

    async def token(self, person_id: int, vault: Vault) -> str:
        found = await self.identities.get(person_id)
        assert found is not None
        assert found.grant is not None
        return vault.open(found.grant.token, context=f"person:{person_id}").decode()

    async def pass_(self, vault: Vault = BOTH, *, batch: int = 7) -> Report:
        return await Resealing(self.rows, vault, now=lambda: NOW).work(batch=batch, rest_s=0)


@pytest.fixture
def scene(database: Database) -> Scene:
    return Scene(database)


async def test_everything_is_sealed_anew_and_the_old_key_may_go(scene: Scene) -> None:
    for person_id in range(1, 31):
        vault = BOTH if person_id % 5 == 0 else Vault(OLD)
        await scene.signed_in(person_id, grant(vault, person_id, refresh=person_id % 2 == 0))
    for person_id in range(1, 10):
        await scene.device(person_id, Vault(OLD))
    before = await Resealing(scene.rows, BOTH).look()
    assert before.counts == {"new": 9, "old": 45}
    assert before.droppable == ()

    report = await scene.pass_()

    assert (report.resealed, report.unreadable, report.busy) == (24 + 9, 0, 0)
    assert report.counts == {"new": 54, "old": 0}
    assert report.droppable == ("old",)
    alone = Vault(NEW)
    assert [await scene.token(n, alone) for n in range(1, 31)] == ["token"] * 30
    (device, *_) = await Pushes(scene.database).devices(3)
    assert alone.open(device.sealed, context="push:3") == b"where"
    assert (await scene.pass_()).resealed == 0


class Dying(SealedRows):
    """Dies in the middle of the third part."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.left = 3

    async def replace(
        self, place: Place, pairs: Sequence[tuple[Sealed, dict[str, bytes | None]]], now: datetime
    ) -> int:
        self.left -= 1
        if not self.left:
            raise RuntimeError("the coordinator was killed")
        return await super().replace(place, pairs, now)


async def test_pass_that_was_killed_is_finished_by_another_coordinator(scene: Scene) -> None:
    for person_id in range(1, 21):
        await scene.signed_in(person_id, grant(Vault(OLD), person_id))
    with pytest.raises(RuntimeError, match="was killed"):
        await Resealing(Dying(scene.database), BOTH, now=lambda: NOW).work(batch=4, rest_s=0)
    assert (await Resealing(scene.rows, BOTH).look()).counts == {"new": 16, "old": 24}

    report = await scene.pass_()

    assert (report.resealed, report.counts) == (12, {"new": 40, "old": 0})


async def test_two_coordinators_at_once_do_no_harm(scene: Scene) -> None:
    for person_id in range(1, 21):
        await scene.signed_in(person_id, grant(Vault(OLD), person_id, f"t{person_id}"))

    first, second = await asyncio.gather(scene.pass_(), scene.pass_(batch=3))

    assert first.resealed + second.resealed == 20
    tokens = [await scene.token(n, Vault(NEW)) for n in range(1, 21)]
    assert tokens == [f"t{n}" for n in range(1, 21)]


async def test_sign_in_that_is_being_renewed_is_left_alone(scene: Scene) -> None:
    """Who renews compares the token that he saw: in its place a new seal would look like loss."""
    old = grant(Vault(OLD), 1)
    await scene.signed_in(1, old)
    until = NOW + timedelta(seconds=30)
    assert await scene.identities.may_refresh(1, old, now=NOW, until=until)

    report = await scene.pass_()
    assert (report.resealed, report.busy, report.droppable) == (0, 1, ())
    assert await scene.identities.refreshed(1, old, grant(BOTH, 1, "renewed"))

    assert (await scene.pass_()).droppable == ("old",)
    assert await scene.token(1, Vault(NEW)) == "renewed"


class Meanwhile(SealedRows):
    """Between reading and writing somebody signs in anew."""

    def __init__(self, scene: Scene) -> None:
        super().__init__(scene.database)
        self._scene = scene

    async def old(self, place: Place, key: str, *, after: Any, limit: int) -> list[Sealed]:
        found = await super().old(place, key, after=after, limit=limit)
        if found and place.name == "sign-ins":
            await self._scene.signed_in(1, grant(Vault(OLD), 1, "newer"))
        return found


async def test_token_that_came_meanwhile_is_not_overwritten(scene: Scene) -> None:
    await scene.signed_in(1, grant(Vault(OLD), 1, "older"))

    report = await Resealing(Meanwhile(scene), BOTH, now=lambda: NOW).work(rest_s=0)

    assert (report.resealed, report.busy) == (0, 1)
    assert await scene.token(1, BOTH) == "newer"


async def test_what_cannot_be_opened_is_counted_and_stops_nothing(scene: Scene) -> None:
    lost = Vault({"lost": b"l" * 32})
    for person_id in range(1, 13):
        vault = lost if person_id < 9 else Vault(OLD)
        await scene.signed_in(person_id, grant(vault, person_id, refresh=False))
    good = grant(Vault(OLD), 13, refresh=False)
    tampered = good.token[:-1] + bytes([good.token[-1] ^ 1])
    await scene.signed_in(13, replace(good, token=tampered))

    report = await scene.pass_(batch=2)

    assert (report.resealed, report.unreadable, report.unknown) == (4, 9, 8)
    assert report.counts == {"new": 4, "old": 1}
    assert report.droppable == ()
    with pytest.raises(Unreadable):
        await scene.token(1, BOTH)


def key(letter: bytes) -> str:
    return base64.b64encode(letter * 32).decode()


async def test_coordinator_does_it_by_itself(database: Database, tmp_path: Path) -> None:
    scene = Scene(database)
    own = Vault({"server": derived("server's", "credentials")})
    await scene.signed_in(1, grant(own, 1))
    keys = SecretStr(f"k2:{key(b'2')},k1:{key(b'1')}")
    own_key = SecretStr("server's")
    sealed = {"k2": 2, "k1": 0, "server": 0}
    async with home(tmp_path, database, Bus(), secret_key=own_key, credential_keys=keys) as here:
        async with asyncio.timeout(60):
            # The two rows stand in two tables, which are counted one after the other.
            while (seen := await here.side.resealing.look()).counts != sealed:  # noqa: ASYNC110 - the database sets no event
                await asyncio.sleep(0.02)

    assert seen.droppable == ("k1",)
    assert await scene.token(1, Vault({"k2": b"2" * 32})) == "token"


async def test_command_says_what_may_be_dropped(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    scene = Scene(database)
    await scene.signed_in(1, grant(Vault({"k1": b"1" * 32}), 1))

    async def cadence(*words: str) -> str:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", "keys", *words),
            env={
                **child_environment(),
                "PYTHONPATH": os.fspath(Path(__file__).parents[2]),
                "DATABASE_URL": database_url,
                "CADENCE_DATA_DIR": os.fspath(tmp_path),
                "CADENCE_CREDENTIAL_KEYS": f"k2:{key(b'2')},k1:{key(b'1')}",
            },
            cwd=tmp_path,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        out, _ = await process.communicate()
        assert process.returncode == 0, out.decode()
        return out.decode()

    assert "k1: sealed 2 values; still needed" in await cadence("show")
    assert json.loads(await cadence("show", "--json"))["values"] == {"k2": 0, "k1": 2, "server": 0}

    said = await cadence("reseal")
    assert "1 rows sealed anew" in said
    assert "k2: sealed 2 values; the newest" in said
    assert "k1: sealed 0 values; may be dropped once every coordinator runs with k2 first" in said
    assert key(b"1") not in said
