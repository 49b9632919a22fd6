"""A recorded delivery goes out as GitHub would send it."""

import hashlib
import hmac
import json
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer, unused_port

from bot import receive
from bot.errors import InvalidRequest, Unavailable

BODY = b'{"action": "created",\n "comment": {"body": "@cadence f\xc3\xbcr dich"}}'


class Hook:
    """A webhook endpoint with a memory."""

    def __init__(self) -> None:
        self.seen: list[tuple[web.Request, bytes]] = []

    async def answer(self, request: web.Request) -> web.Response:
        self.seen.append((request, await request.read()))
        return web.Response(status=202, text="accepted\n")


async def test_delivery_arrives_unchanged_signed_and_named_after_its_file(tmp_path: Path) -> None:
    path = tmp_path / "issue_comment.created.json"
    path.write_bytes(BODY)
    hook, app = Hook(), web.Application()
    app.router.add_post("/webhooks/github", hook.answer)

    async with TestServer(app) as server:
        url = str(server.make_url("/webhooks/github"))
        answer = await receive.replay(path, event="", url=url, secret="s", guid="g-1")

    [(request, body)] = hook.seen
    assert answer == (202, "accepted")
    assert body == BODY
    assert request.headers["X-GitHub-Event"] == "issue_comment"
    assert request.headers["X-GitHub-Delivery"] == "g-1"
    assert request.content_type == "application/json"
    expected = hmac.new(b"s", BODY, hashlib.sha256).hexdigest()
    assert request.headers["X-Hub-Signature-256"] == f"sha256={expected}"


async def test_nobody_at_home_is_said_with_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "push.json"
    path.write_text("{}")
    url = f"http://127.0.0.1:{unused_port()}/"

    with pytest.raises(Unavailable, match="start the coordinator first"):
        await receive.replay(path, event="", url=url, secret="s", guid="g")


@pytest.mark.parametrize(
    ("name", "event", "expected"),
    [
        pytest.param("push.json", "", "push", id="event alone"),
        pytest.param("issues.opened.2.json", "", "issues", id="event, action and a number"),
        pytest.param("recorded-1.json", "issues", "issues", id="told"),
        pytest.param("push.json", "issues", "issues", id="told against the name"),
    ],
)
def test_event_comes_from_the_option_or_the_name(
    tmp_path: Path, name: str, event: str, expected: str
) -> None:
    (tmp_path / name).write_text("{}")

    assert receive.recording(tmp_path / name, event=event).event == expected


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        pytest.param("push.json", "nonsense", "is not JSON", id="not JSON"),
        pytest.param("push.json", json.dumps([1]), "no JSON object", id="a list"),
        pytest.param("2026-01-01.json", "{}", "say --event", id="nameless"),
        pytest.param("push.json", None, "cannot be read", id="missing"),
    ],
)
def test_file_that_is_no_delivery_is_refused_with_a_sentence(
    tmp_path: Path, name: str, content: str | None, sentence: str
) -> None:
    if content is not None:
        (tmp_path / name).write_text(content)

    with pytest.raises(InvalidRequest, match=sentence):
        receive.recording(tmp_path / name)
