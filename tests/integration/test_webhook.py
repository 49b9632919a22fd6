"""The door for deliveries over real sockets: what it takes, what it refuses, what it keeps."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from bot.db.deliveries import Delivery, DeliveryStore
from bot.db.engine import Database
from handlers.ingest import Ingest
from handlers.webhook import MAX_BODY, Webhook, add_webhook

PATH = "/webhooks/github"
SECRET = b"a shared " + b"secret"
GUID = "72d3162e-cc78-11e3-81ab-4c9367dc0958"
GOOD = json.dumps({"action": "created", "installation": {"id": 9001}}).encode()


class Shelf:
    """A store in memory that can be broken and slowed down."""

    def __init__(self) -> None:
        self.batches: list[list[Delivery]] = []
        self.error: Exception | None = None
        self.gate = asyncio.Event()
        self.gate.set()

    async def add_many(self, batch: Sequence[Delivery], /) -> None:
        await self.gate.wait()
        if self.error is not None:
            raise self.error
        self.batches.append(list(batch))

    @property
    def kept(self) -> list[Delivery]:
        return [delivery for batch in self.batches for delivery in batch]


class Counted(Ingest):
    """The way into the store, and how many came this far."""

    arrived = 0

    async def add(self, delivery: Delivery) -> None:
        self.arrived += 1
        await super().add(delivery)


@dataclass(kw_only=True)
class Door:
    """A running door before a shelf."""

    shelf: Shelf
    ingest: Counted
    url: str
    port: int
    stored: list[str] = field(default_factory=list)


async def _open(secret: bytes) -> AsyncIterator[Door]:
    shelf, stored = Shelf(), list[str]()
    ingest = Counted(shelf, on_stored=stored.extend)
    app = web.Application()
    add_webhook(app, PATH, Webhook(ingest, secret=secret, events={"issue_comment"}))
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    port = runner.addresses[0][1]
    storing = asyncio.create_task(ingest.run())
    url = f"http://127.0.0.1:{port}{PATH}"
    yield Door(shelf=shelf, ingest=ingest, url=url, port=port, stored=stored)
    storing.cancel()
    with suppress(asyncio.CancelledError):
        await storing
    await runner.cleanup()


@pytest.fixture
async def door() -> AsyncIterator[Door]:
    async for opened in _open(SECRET):
        yield opened


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as opened:
        yield opened


def sign(body: bytes, key: bytes = SECRET) -> str:
    return "sha256=" + hmac.new(key, body, hashlib.sha256).hexdigest()


def headers(body: bytes = GOOD, **changes: str | None) -> dict[str, str]:
    usual: dict[str, str | None] = {
        "Content-Type": "application/json",
        "X-GitHub-Event": "issue_comment",
        "X-GitHub-Delivery": GUID,
        "X-Hub-Signature-256": sign(body),
    }
    usual.update({name.replace("_", "-"): value for name, value in changes.items()})
    return {name: value for name, value in usual.items() if value is not None}


async def send(door: Door, lines: Sequence[bytes], body: bytes = GOOD) -> int:
    """Post raw header *lines*, which no client library would send; return the status."""
    reader, writer = await asyncio.open_connection("127.0.0.1", door.port)
    head = [f"POST {PATH} HTTP/1.1".encode(), b"Host: x", b"Connection: close", *lines]
    length = f"Content-Length: {len(body)}".encode()
    writer.write(b"\r\n".join([*head, length, b"", body]))
    await writer.drain()
    status = int((await reader.readline()).split()[1])
    writer.close()
    return status


def raw(given: Mapping[str, str]) -> list[bytes]:
    return [f"{name}: {value}".encode() for name, value in given.items()]


async def test_a_good_delivery_is_on_the_shelf_before_the_answer(
    door: Door, session: aiohttp.ClientSession
) -> None:
    async with session.post(door.url, data=GOOD, headers=headers()) as answer:
        kept = door.shelf.kept
        assert (answer.status, await answer.read()) == (202, b"")

    (delivery,) = kept
    assert (delivery.guid, delivery.event, delivery.action) == (GUID, "issue_comment", "created")
    assert (delivery.installation_id, delivery.body) == (9001, GOOD)
    assert door.stored == [GUID]


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        pytest.param({"X_Hub_Signature_256": None}, 401, id="no signature"),
        pytest.param({"X_Hub_Signature_256": ""}, 401, id="empty signature"),
        pytest.param({"X_Hub_Signature_256": "sha256="}, 401, id="prefix only"),
        pytest.param({"X_Hub_Signature_256": sign(GOOD)[7:]}, 401, id="no prefix"),
        pytest.param({"X_Hub_Signature_256": sign(GOOD).upper()}, 401, id="upper case"),
        pytest.param(
            {"X_Hub_Signature_256": "sha256=" + sign(GOOD)[7:].upper()}, 401, id="upper case digits"
        ),
        pytest.param({"X_Hub_Signature_256": sign(GOOD)[:-1]}, 401, id="one digit short"),
        pytest.param({"X_Hub_Signature_256": sign(GOOD) + "0"}, 401, id="one digit long"),
        pytest.param({"X_Hub_Signature_256": sign(GOOD, b"")}, 401, id="empty key"),
        pytest.param({"X_Hub_Signature_256": sign(GOOD, b"other")}, 401, id="another key"),
        pytest.param({"X_Hub_Signature_256": sign(GOOD + b" ")}, 401, id="another body"),
        pytest.param({"X_Hub_Signature_256": f"{sign(GOOD)}, {sign(GOOD)}"}, 401, id="a list"),
        pytest.param({"X_Hub_Signature_256": "sha512=" + "0" * 64}, 401, id="another hash"),
        pytest.param(
            {"X_Hub_Signature_256": "sha256=" + "\u0661" * 64}, 401, id="digits of another script"
        ),
        pytest.param(
            {
                "X_Hub_Signature_256": None,
                "X_Hub_Signature": "sha1=" + hmac.new(SECRET, GOOD, hashlib.sha1).hexdigest(),
            },
            401,
            id="a right SHA-1 alone",
        ),
        pytest.param({"X_GitHub_Event": None}, 400, id="no event"),
        pytest.param({"X_GitHub_Event": ""}, 400, id="empty event"),
        pytest.param({"X_GitHub_Event": "../etc"}, 400, id="event with a path"),
        pytest.param({"X_GitHub_Event": "x" * 65}, 400, id="long event"),
        pytest.param({"X_GitHub_Delivery": None}, 400, id="no GUID"),
        pytest.param({"X_GitHub_Delivery": ""}, 400, id="empty GUID"),
        pytest.param({"X_GitHub_Delivery": "a" * 65}, 400, id="long GUID"),
        pytest.param({"X_GitHub_Delivery": "a'; drop table x"}, 400, id="GUID with SQL"),
        pytest.param({"X_GitHub_Delivery": "\u00e9" * 36}, 400, id="GUID beyond ASCII"),
        pytest.param({"Content_Type": "text/plain"}, 415, id="text"),
        pytest.param({"Content_Type": "application/x-www-form-urlencoded"}, 415, id="form"),
        pytest.param({"Content_Type": "application/jsonp"}, 415, id="nearly JSON"),
        pytest.param({"Content_Type": "application/vnd.github+json"}, 415, id="like JSON"),
        pytest.param({"Content_Encoding": "gzip"}, 415, id="compressed"),
    ],
)
async def test_a_wrong_header_is_refused_and_nothing_is_kept(
    door: Door, changes: dict[str, str | None], status: int
) -> None:
    assert await send(door, raw(headers(GOOD, **changes))) == status
    assert door.shelf.kept == []


async def test_no_content_type_is_refused(door: Door) -> None:
    given = headers()
    del given["Content-Type"]
    assert await send(door, raw(given)) == 415


@pytest.mark.parametrize(
    "twice", ["X-GitHub-Delivery", "X-GitHub-Event", "X-Hub-Signature-256", "Content-Type"]
)
async def test_a_header_given_twice_is_refused(door: Door, twice: str) -> None:
    given = headers()
    lines = [*raw(given), f"{twice}: {given[twice]}".encode()]
    assert await send(door, lines) in {400, 401, 415}
    assert door.shelf.kept == []


@pytest.mark.parametrize(
    "value",
    [b"\xff\xfe", b"sha256=" + b"\xe9" * 64, b"sha256=" + b"\xc3\xa9" * 32],
    ids=["no text", "latin 1", "utf-8"],
)
async def test_bytes_beyond_ascii_in_the_signature_are_a_401(door: Door, value: bytes) -> None:
    lines = raw(headers(X_Hub_Signature_256=None))
    assert await send(door, [*lines, b"X-Hub-Signature-256: " + value]) == 401


async def test_parameters_of_the_content_type_are_allowed(door: Door) -> None:
    given = headers(Content_Type="Application/JSON; charset=utf-8")
    assert await send(door, raw(given)) == 202


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"{", id="cut"),
        pytest.param(b"[]", id="list"),
        pytest.param(b"null", id="null"),
        pytest.param(b'"text"', id="text"),
        pytest.param(b'{"a": NaN}', id="NaN"),
        pytest.param(b'{"a": Infinity}', id="Infinity"),
        pytest.param(b'{"a": ' + b"9" * 5000 + b"}", id="huge number"),
        pytest.param(b'{"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", id="deep"),
        pytest.param(b'{"a":' * 100_000 + b"1" + b"}" * 100_000, id="deep objects"),
        pytest.param(b'{"a": "\xff"}', id="not UTF-8"),
        pytest.param(b'{"a": "\\ud800"}', id="half a character"),
        pytest.param("{}".encode("utf-16"), id="UTF-16"),
        pytest.param(b"\xef\xbb\xbf{}", id="byte order mark"),
        pytest.param(b"{} {}", id="two"),
        pytest.param(b"payload=%7B%7D", id="form"),
    ],
)
async def test_a_signed_body_that_is_no_json_object_is_a_400(door: Door, body: bytes) -> None:
    assert await send(door, raw(headers(body)), body) == 400
    assert door.shelf.kept == []


@pytest.mark.parametrize(
    ("body", "installation_id"),
    [
        pytest.param(
            b'{"installation": {"id": 99999999999999999999999}}', None, id="beyond 64 bit"
        ),
        pytest.param(b'{"installation": {"id": true}}', None, id="true"),
        pytest.param(b'{"installation": {"id": "9001"}}', None, id="text"),
        pytest.param(b'{"installation": [9001]}', None, id="list"),
        pytest.param(b'{"installation": {"id": -1}}', None, id="negative"),
        pytest.param(b'{"installation": {"id": 1}, "installation": {"id": 2}}', 2, id="twice"),
        pytest.param(b'{"action": ["created"]}', None, id="action list"),
        pytest.param(b'{"action": "a\\u0000b"}', None, id="action with a NUL"),
    ],
)
async def test_odd_values_are_kept_without_harm(
    door: Door, body: bytes, installation_id: int | None
) -> None:
    assert await send(door, raw(headers(body)), body) == 202
    (delivery,) = door.shelf.kept
    assert delivery.installation_id == installation_id
    assert delivery.action == ""


async def test_unknown_events_and_pings_are_answered_and_not_kept(door: Door) -> None:
    for event in ("ping", "new_thing"):
        assert await send(door, raw(headers(X_GitHub_Event=event))) == 202
    assert door.shelf.kept == []


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "HEAD", "OPTIONS"])
async def test_other_methods_are_a_405(
    door: Door, session: aiohttp.ClientSession, method: str
) -> None:
    async with session.request(method, door.url, headers=headers()) as answer:
        assert answer.status == 405


async def test_a_body_of_several_megabytes_is_taken(door: Door) -> None:
    body = b'{"action": "created", "text": "' + b"x" * 5_000_000 + b'"}'
    assert await send(door, raw(headers(body)), body) == 202
    assert len(door.shelf.kept[0].body) == len(body)


async def test_a_body_that_says_it_is_too_large_is_refused_before_it_is_read(door: Door) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", door.port)
    lines = [f"POST {PATH} HTTP/1.1".encode(), b"Host: x", *raw(headers())]
    writer.write(b"\r\n".join([*lines, f"Content-Length: {MAX_BODY + 1}".encode(), b"", b""]))
    assert b" 413 " in await asyncio.wait_for(reader.readline(), timeout=5)
    writer.close()


async def test_a_body_that_grows_too_large_is_refused(
    door: Door, session: aiohttp.ClientSession
) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(40):
            yield b"x" * 1_000_000

    async with session.post(door.url, data=endless(), headers=headers()) as answer:
        assert answer.status == 413
    assert door.shelf.kept == []


async def test_large_bodies_share_the_room_and_small_ones_still_come_in(door: Door) -> None:
    lines = [f"POST {PATH} HTTP/1.1".encode(), b"Host: x", *raw(headers())]
    head = b"\r\n".join([*lines, f"Content-Length: {MAX_BODY}".encode(), b"", b""])
    busy = []
    for _ in range(5):  # each sends all but the last bytes
        reader, writer = await asyncio.open_connection("127.0.0.1", door.port)
        writer.write(head + b"x" * (MAX_BODY - 10))
        busy.append((reader, writer))
    answers = [asyncio.ensure_future(reader.readline()) for reader, _ in busy]
    done, _ = await asyncio.wait(answers, return_when=asyncio.FIRST_COMPLETED, timeout=30)

    assert [b" 503 " in task.result() for task in done] == [True]
    assert await send(door, raw(headers())) == 202
    for task in answers:
        task.cancel()
    for _, writer in busy:
        writer.close()


async def test_an_unsigned_body_says_nothing_about_why(
    door: Door, session: aiohttp.ClientSession
) -> None:
    given = headers(X_Hub_Signature_256="sha256=" + "0" * 64)
    async with session.post(door.url, data=GOOD, headers=given) as answer:
        assert (answer.status, await answer.read()) == (401, b"")


async def test_a_store_that_fails_is_a_503_and_the_next_delivery_is_taken(door: Door) -> None:
    door.shelf.error = OSError("disk full")
    assert await send(door, raw(headers())) == 503
    assert door.stored == []

    door.shelf.error = None
    assert await send(door, raw(headers())) == 202
    assert door.stored == [GUID]


async def test_deliveries_that_wait_for_a_commit_share_the_next_one(door: Door) -> None:
    door.shelf.gate.clear()
    posts = [
        asyncio.ensure_future(send(door, raw(headers(X_GitHub_Delivery=f"{GUID[:-2]}{n:02}"))))
        for n in range(20)
    ]
    async with asyncio.timeout(30):
        while door.ingest.arrived < 20:  # noqa: ASYNC110 - a fake tells nobody
            await asyncio.sleep(0.01)
    assert not any(post.done() for post in posts)  # not one answer before its commit
    door.shelf.gate.set()

    assert await asyncio.gather(*posts) == [202] * 20
    assert len(door.shelf.batches) <= 2  # what was there first, and all that came meanwhile


async def test_with_no_secret_set_nothing_is_accepted() -> None:
    async for door in _open(b""):
        for key in (b"", b"None", b"secret"):
            assert await send(door, raw(headers(X_Hub_Signature_256=sign(GOOD, key)))) == 401
        assert door.shelf.kept == []


async def test_a_guid_that_was_seen_is_answered_and_stored_once(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'x.sqlite3'}")
    await database.open()
    store = DeliveryStore(database)
    ingest = Counted(store, on_stored=lambda _guids: None)
    app = web.Application()
    add_webhook(app, PATH, Webhook(ingest, secret=SECRET, events={"issue_comment"}))
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    door = Door(shelf=Shelf(), ingest=ingest, url="", port=runner.addresses[0][1])
    storing = asyncio.create_task(ingest.run())

    answers = await asyncio.gather(*(send(door, raw(headers())) for _ in range(10)))
    other = b'{"action": "other"}'
    answers.append(await send(door, raw(headers(other)), other))

    assert answers == [202] * 11
    assert [d.guid for d in await store.unqueued(100)] == [GUID]
    assert (await store.get(GUID)).body == GOOD
    storing.cancel()
    with suppress(asyncio.CancelledError):
        await storing
    await runner.cleanup()
    await store.close()
    await database.close()
