"""The API of the index: who may ask, what is answered, how refusals are told."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.db.engine import Database
from bot.db.installations import Installations
from bot.db.rates import RateRows
from bot.github.client import Client
from deploy.devkit.github import GitHubStandIn
from indexer.files.folder import Folder
from indexer.search import Found, Searcher
from indexer.store import State
from indexer.store.sqlite import SqliteStore
from indexer.update import Updater
from mobile_api.auth.access import PER_MINUTE, Access
from mobile_api.codebase import Codebase
from mobile_api.problems import told
from mobile_api.rates import SharedRates
from mobile_api.wire import MAX_BODY

REPO = "acme/widgets"
SECRET = "acme/vault"
FILES = {
    "widgets/area.py": "def area(width, height):\n    return width * height\n",
    "widgets/colour.py": "def mix(first, second):\n    return first\n",
    "README.md": "# Widgets\n\nThings with an area.\n",
}


def mount(app: web.Application, codebase: Codebase) -> None:
    for endpoint in codebase.endpoints():
        app.router.add_route(endpoint.method, endpoint.path, told(endpoint.handler))


class Indexes:
    """An index of one repository, and nothing of the others."""

    def __init__(self, root: Path, repository_id: int) -> None:
        self.id = repository_id
        self.store = SqliteStore(root / "index.sqlite3")
        self.searcher = Searcher(self.store)
        folder = root / "repo"
        for name, text in FILES.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text)
        updater = Updater(self.store, now=lambda: datetime.now(UTC), workers=0)
        updater.refresh(self.id, Folder(folder))

    async def state(self, repository_id: int, ref: str = "") -> State | None:
        return self.store.state(repository_id, ref)

    async def search_at(
        self, installation_id: int, repository_id: int, name: str, text: str, *, ref: str, k: int
    ) -> Found:
        return self.searcher.search(repository_id, text, ref=ref, k=k)


@dataclass
class Scene:
    client: "TestClient[web.Request, web.Application]"
    github: GitHubStandIn
    installations: Installations
    tokens: dict[str, str]
    repository_id: int
    clock: list[float]
    asked: list[tuple[int, int, str, str]] = field(default_factory=list)

    async def post(
        self, path: str, body: Any, *, who: str = "maria", headers: dict[str, str] | None = None
    ) -> tuple[int, dict[str, Any], Any]:
        sent = {"Authorization": f"Bearer {self.tokens[who]}"} if who else {}
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        async with self.client.post(
            f"/api/codebase/{path}", data=data, headers=headers or sent
        ) as answer:
            return answer.status, await answer.json(content_type=None), answer.headers


@pytest.fixture
async def scene(tmp_path: Path, database: Database) -> AsyncIterator[Scene]:
    standin = GitHubStandIn(root=tmp_path / "github")
    async with standin as github, aiohttp.ClientSession() as session:
        for login in ("maria", "stranger"):
            github.user(login)
        public = await github.repository(REPO, files=FILES, private=False)
        await github.repository(SECRET, files=FILES, private=True)
        github.grant(SECRET, "maria", "read")
        installations = Installations(database)
        await installations.note_repository(5, public.id, REPO, "main")
        clock, codebase = [1000.0], Codebase()
        client = Client(session, api_url=github.api_url, user_agent="cadence")
        rates = SharedRates(RateRows(database).take, now=lambda: clock[0])
        access = Access(client, installations, rates, now=lambda: clock[0])
        app = web.Application()
        mount(app, codebase)
        async with TestClient(TestServer(app)) as caller:
            tokens = {name: github.user_token(name) for name in ("maria", "stranger")}
            made = Scene(caller, github, installations, tokens, public.id, clock)

            async def ask(*wanted: Any) -> None:
                made.asked.append((wanted[0], wanted[1], wanted[2], wanted[3]))

            codebase.open_for(access, Indexes(tmp_path, public.id), ask)
            yield made


async def test_search_finds_the_file_and_says_why(scene: Scene) -> None:
    status, body, headers = await scene.post("search", {"repository": REPO, "query": "wrong area"})

    assert status == 200
    best = body["results"][0]
    assert (best["path"], best["startLine"], best["priority"]) == ("widgets/area.py", 1, "high")
    assert "area" in best["reason"]
    assert "def area" in best["text"]
    assert body["mode"] == "lexical"
    assert headers["Cache-Control"] == "no-store"
    assert headers["RateLimit"] == f'"codebase";r={PER_MINUTE - 1};t=1'
    assert "Access-Control-Allow-Origin" not in headers


async def test_analyze_tells_what_the_repository_is(scene: Scene) -> None:
    status, body, _ = await scene.post("analyze", {"repository": REPO})

    assert status == 200
    assert body["language"] == "python"
    assert {"framework", "relevantFiles", "dependencies", "analyzedAt"} <= set(body)


async def test_analyze_with_a_query_names_the_files_that_it_is_about(scene: Scene) -> None:
    _, body, _ = await scene.post("analyze", {"repository": REPO, "query": "mix colours", "k": 1})

    assert [one["path"] for one in body["relevantFiles"]] == ["widgets/colour.py"]
    assert set(body["relevantFiles"][0]) == {"path", "reason", "priority", "score"}


@pytest.mark.parametrize(
    ("authorization", "status"),
    [
        pytest.param("", 401, id="nobody"),
        pytest.param("Basic abc", 401, id="another scheme"),
        pytest.param("Bearer short", 401, id="no token"),
        pytest.param("Bearer " + "x" * 40, 401, id="unknown to GitHub"),
    ],
)
async def test_somebody_must_be_named(scene: Scene, authorization: str, status: int) -> None:
    headers = {"Authorization": authorization} if authorization else {"X": "y"}
    got, body, answer = await scene.post(
        "search", {"repository": REPO, "query": "area"}, headers=headers
    )

    assert (got, body["type"]) == (status, "unauthenticated")
    assert answer["WWW-Authenticate"] == "Bearer"
    assert answer["Content-Type"].startswith("application/problem+json")


@pytest.mark.parametrize(
    "repository", [SECRET, "acme/none", "../etc", "a/b?x=1", "acme/widgets/pulls"]
)
async def test_what_may_not_be_read_is_not_there(scene: Scene, repository: str) -> None:
    await scene.installations.note_repository(5, 77, SECRET, "main")

    got, body, _ = await scene.post(
        "search", {"repository": repository, "query": "area"}, who="stranger"
    )

    assert got == 404
    assert "or you may not read it" in body["detail"]


async def test_repository_without_the_app_is_not_there(scene: Scene) -> None:
    await scene.installations.remove_repositories([scene.repository_id])

    got, _, _ = await scene.post("search", {"repository": REPO, "query": "area"})

    assert got == 404


async def test_repository_without_an_index_is_queued_and_told(scene: Scene) -> None:
    await scene.installations.note_repository(5, 77, SECRET, "main")

    got, body, headers = await scene.post("search", {"repository": SECRET, "query": "area"})

    assert (got, body["type"]) == (404, "not-indexed")
    assert headers["Retry-After"] == "5"
    assert [one[:3] for one in scene.asked] == [(5, 77, SECRET)]


async def test_lost_permission_ends_access_within_a_minute(scene: Scene) -> None:
    await scene.installations.note_repository(5, 77, SECRET, "main")
    await scene.post("search", {"repository": SECRET, "query": "area"})
    scene.github.grant(SECRET, "maria", "none")

    scene.clock[0] += 61
    got, body, _ = await scene.post("search", {"repository": SECRET, "query": "area"})

    assert (got, body["type"]) == (404, "about:blank")


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        pytest.param(b"", 400, "body", id="empty"),
        pytest.param(b"{", 400, "body", id="no JSON"),
        pytest.param(b"[]", 400, "body", id="no object"),
        pytest.param({"repository": REPO}, 400, "query", id="no query"),
        pytest.param({"repository": REPO, "query": ""}, 400, "query", id="empty query"),
        pytest.param({"repository": REPO, "query": 7}, 400, "query", id="a number"),
        pytest.param({"repository": REPO, "query": "a", "k": 0}, 400, "k", id="none wanted"),
        pytest.param({"repository": REPO, "query": "a", "k": 101}, 400, "k", id="too many"),
        pytest.param({"repository": REPO, "query": "a", "x": 1}, 400, "x", id="unknown field"),
        pytest.param(b"x" * (MAX_BODY + 1), 413, "too large", id="too large"),
    ],
)
async def test_bad_requests_are_told(scene: Scene, body: Any, status: int, said: str) -> None:
    got, answer, _ = await scene.post("search", body)

    assert got == status
    assert said in answer["detail"]


async def test_unknown_branch_is_told(scene: Scene) -> None:
    got, body, _ = await scene.post("search", {"repository": REPO, "query": "area", "ref": "gone"})

    assert got == 404
    assert "branch gone" in body["detail"]


async def test_query_of_nothing_but_common_words_finds_nothing(scene: Scene) -> None:
    got, body, _ = await scene.post("search", {"repository": REPO, "query": "the and of it"})

    assert (got, body["results"]) == (200, [])


async def test_odd_query_does_no_harm(scene: Scene) -> None:
    got, _, _ = await scene.post(
        "search", {"repository": REPO, "query": "\x00\u202e面積 " + "(" * 9000}
    )

    assert got == 200


async def test_branch_with_a_nul_is_refused(scene: Scene) -> None:
    for path in "search", "analyze":
        asked = {"repository": REPO, "query": "area", "ref": "a\x00b"}
        got, body, _ = await scene.post(path, asked)
        assert (got, "no name of a branch" in body["detail"]) == (400, True)


async def test_too_many_questions_wait(scene: Scene) -> None:
    for _ in range(PER_MINUTE):
        await scene.post("search", b"{}")
        await scene.post("search", {"repository": REPO, "query": "area"})
    got, body, headers = await scene.post("search", {"repository": REPO, "query": "area"})

    assert (got, body["status"]) == (429, 429)
    assert 1 <= int(headers["Retry-After"]) <= 60


async def test_github_that_does_not_answer_opens_no_door(scene: Scene) -> None:
    scene.tokens["other"] = scene.github.user_token("stranger")
    scene.github.fault(f"/repos/{REPO}", status=503, times=10)

    got, body, _ = await scene.post("search", {"repository": REPO, "query": "area"}, who="other")

    assert (got, body["status"]) == (503, 503)


async def test_door_is_closed_until_the_coordinator_is_ready() -> None:
    app = web.Application()
    mount(app, Codebase())
    async with TestClient(TestServer(app)) as caller:
        asked = {"repository": REPO, "query": "area"}
        async with caller.post("/api/codebase/search", json=asked) as answer:
            assert answer.status == 503
            assert (await answer.json(content_type=None))["detail"].endswith("is starting")
