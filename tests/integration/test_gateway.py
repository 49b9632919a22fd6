import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from bot.blobs import Blobs
from bot.bus import Bus
from bot.domain import RunStatus
from bot.errors import (
    CadenceError,
    InstallationGone,
    NotFound,
    RepositoryUnusable,
    Unavailable,
)
from runner.agent.dial import connect
from runner.agent.link import RunNotOurs, WebSocketLink
from runner.agent.seams import RunFailed
from runner.gateway import Gateway
from runner.lines.desk import Wishes
from runner.protocol import EventKind, MessageFrame
from runner.spec import Outcome
from tests.fakes.desk import FakeDesk

TOKEN = "t" * 64
HASH = hashlib.sha256(TOKEN.encode()).hexdigest()


@asynccontextmanager
async def serving(
    desk: FakeDesk, bus: Bus, root: Path, port: int = 0
) -> AsyncIterator[tuple[str, int]]:
    gateway = Gateway(bus, blobs=Blobs((root / "store").as_uri()))
    gateway.open_for(desk)
    app = web.Application()
    app.add_routes(gateway.routes())
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", port, reuse_address=True)
    await site.start()
    port = runner.addresses[0][1]
    try:
        yield f"http://127.0.0.1:{port}", port
    finally:
        await gateway.close()
        await runner.cleanup()


async def until(claim: object, what: str = "") -> None:
    for _ in range(400):
        if claim():  # type: ignore[operator]  # a condition without arguments
            return
        await asyncio.sleep(0.02)
    pytest.fail(f"never came true: {what}")


@pytest.fixture
def desk() -> FakeDesk:
    desk = FakeDesk()
    desk.run(HASH)
    return desk


async def test_events_and_result_arrive_in_order(desk: FakeDesk, bus: Bus, tmp_path: Path) -> None:
    async with (
        serving(desk, bus, tmp_path) as (url, _),
        connect(url, TOKEN, "run-1", root=tmp_path) as link,
    ):
        spec = await link.spec
        await link.emit(EventKind.PHASE, {"phase": "cloning"})
        await link.emit(EventKind.TEXT, {"text": "hello"})
        await link.finish(Outcome(status="completed", kind="answer", answer="42"))

    assert spec == desk.spec
    assert spec.model.api_key.get_secret_value() == "key"
    assert [(seq, kind) for seq, kind, _ in desk.events] == [(1, "phase"), (2, "text")]
    assert desk.outcome is not None
    assert desk.outcome.answer == "42"


async def test_what_was_said_while_the_coordinator_was_away_arrives_once(
    desk: FakeDesk, bus: Bus, tmp_path: Path
) -> None:
    async with serving(desk, bus, tmp_path) as (url, port):
        link = WebSocketLink(url, TOKEN, "run-1", root=tmp_path)
        line = asyncio.create_task(link.run())
        await link.spec
        await link.emit(EventKind.TEXT, {"text": "one"})
        await until(lambda: len(desk.events) == 1, "first event")
    await link.emit(EventKind.TEXT, {"text": "two"})
    await link.emit(EventKind.TEXT, {"text": "three"})

    async with serving(desk, bus, tmp_path, port):
        await link.finish(Outcome(status="completed"))

    line.cancel()
    link.close()
    assert [data["text"] for _, _, data in desk.events] == ["one", "two", "three"]
    assert desk.outcome is not None


async def test_wishes_reach_the_run_and_words_come_once(
    desk: FakeDesk, bus: Bus, tmp_path: Path
) -> None:
    async with (
        serving(desk, bus, tmp_path) as (url, _),
        connect(url, TOKEN, "run-1", root=tmp_path) as link,
    ):
        await link.spec
        words = (MessageFrame(id=1, text="use tabs", author="dana"),)
        desk.wishes = Wishes(is_paused=True, messages=words)
        bus.notify("wishes", "agent-1")
        await until(lambda: link.control.is_paused, "paused")
        bus.notify("wishes", "agent-1")
        desk.wishes = Wishes(messages=words)
        bus.notify("wishes", "agent-1")
        await until(lambda: not link.control.is_paused, "going on")
        desk.wishes = Wishes(messages=words, cancel_reason="stopped by @dana")
        bus.notify("wishes", "agent-1")
        await until(lambda: link.control.cancel_reason, "stopped")

    assert link.control.cancel_reason == "stopped by @dana"
    assert [m.text for m in link.control.messages] == ["use tabs"]


async def test_bundle_is_stored_whole_under_the_run(
    desk: FakeDesk, bus: Bus, tmp_path: Path
) -> None:
    bundle = tmp_path / "work.bundle"
    bundle.write_bytes(b"x" * 700_000)
    async with (
        serving(desk, bus, tmp_path) as (url, _),
        connect(url, TOKEN, "run-1", root=tmp_path) as link,
    ):
        await link.spec
        digest = await link.upload_bundle(bundle)

    assert digest == hashlib.sha256(bundle.read_bytes()).hexdigest()
    assert (tmp_path / "store/bundles/run-1.bundle").read_bytes() == bundle.read_bytes()


async def test_token_for_the_clone_comes_over_the_line(
    desk: FakeDesk, bus: Bus, tmp_path: Path
) -> None:
    secrets: list[str] = []
    async with (
        serving(desk, bus, tmp_path) as (url, _),
        connect(url, TOKEN, "run-1", root=tmp_path, on_secret=secrets.append) as link,
    ):
        await link.spec
        assert await link.clone_token() == "read-token"
        desk.token = ""
        with pytest.raises(RunFailed, match="may not read acme/widgets"):
            await link.clone_token()

    assert secrets == ["key", "read-token"]


@pytest.mark.parametrize("status", [RunStatus.LOST, RunStatus.CANCELLED])
async def test_runner_of_a_run_that_is_over_stops(
    status: RunStatus, desk: FakeDesk, bus: Bus, tmp_path: Path
) -> None:
    desk.run(HASH, status=status)
    async with serving(desk, bus, tmp_path) as (url, _):
        link = WebSocketLink(url, TOKEN, "run-1", root=tmp_path)
        with pytest.raises(RunNotOurs):
            await link.run()
        link.close()


@pytest.mark.parametrize(
    "refusal",
    [
        pytest.param(RepositoryUnusable("the repository is empty"), id="unusable"),
        pytest.param(InstallationGone("the App's installation is gone"), id="installation gone"),
        pytest.param(NotFound("there is no such repository"), id="not found"),
    ],
)
async def test_run_that_can_never_begin_ends_at_once_with_the_sentence(
    refusal: CadenceError, desk: FakeDesk, bus: Bus, tmp_path: Path
) -> None:
    desk.refusal = refusal
    async with serving(desk, bus, tmp_path) as (url, _):
        link = WebSocketLink(url, TOKEN, "run-1", root=tmp_path)
        with pytest.raises(RunNotOurs):
            await link.run()
        link.close()

    assert desk.outcome is not None
    assert (desk.outcome.status, desk.outcome.reason) == ("failed", str(refusal))


async def test_run_whose_spec_cannot_be_had_now_asks_again(
    desk: FakeDesk, bus: Bus, tmp_path: Path
) -> None:
    desk.refusal = Unavailable("GitHub did not answer")
    async with (
        serving(desk, bus, tmp_path) as (url, _),
        connect(url, TOKEN, "run-1", root=tmp_path) as link,
    ):
        await until(lambda: desk.renewed > 1, "a second call")
        desk.refusal = None
        await link.spec

    assert desk.outcome is None


@pytest.mark.parametrize(
    "header",
    [
        pytest.param({}, id="none"),
        pytest.param({"Authorization": "Bearer wrong"}, id="wrong"),
        pytest.param({"Authorization": f"Basic {TOKEN}"}, id="other scheme"),
    ],
)
async def test_line_without_the_token_of_a_run_is_refused(
    header: dict[str, str], desk: FakeDesk, bus: Bus, tmp_path: Path
) -> None:
    async with (
        serving(desk, bus, tmp_path) as (url, _),
        aiohttp.ClientSession(headers=header) as session,
    ):
        with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
            await session.ws_connect(f"{url}/ws/runner")
        assert caught.value.status == 401
        async with session.put(f"{url}/ws/runner/bundle", data=b"x") as answer:
            assert answer.status == 401


async def test_frames_that_make_no_sense_close_the_line(
    desk: FakeDesk, bus: Bus, tmp_path: Path
) -> None:
    headers = {"Authorization": f"Bearer {TOKEN}"}
    async with (
        serving(desk, bus, tmp_path) as (url, _),
        aiohttp.ClientSession(headers=headers) as session,
        session.ws_connect(f"{url}/ws/runner") as socket,
    ):
        await socket.send_str('{"type":"hello","runId":"run-1"}')
        await socket.receive()
        await socket.send_str('{"type":"event","runId":"another","seq":1}')
        message = await socket.receive(timeout=5)

    assert message.type is aiohttp.WSMsgType.CLOSE
    assert message.data == 1008


async def test_silence_of_the_coordinator_ends_the_run_after_a_while(tmp_path: Path) -> None:
    link = WebSocketLink("http://127.0.0.1:9", TOKEN, "run-1", root=tmp_path, patience_s=0.3)

    with pytest.raises(RunFailed, match="did not come back"):
        await link.run()
    link.close()
