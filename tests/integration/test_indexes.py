"""Indexes of repositories on GitHub: fetched, followed, searched, forgotten."""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import pytest

from bot.db.engine import Database
from bot.db.installations import Installations
from bot.domain import Task
from bot.errors import NotFound, Unavailable
from bot.github.app import GitHubApp
from bot.github.client import Client
from bot.indexing.embeddings import Embeddings
from bot.indexing.indexes import Indexes
from bot.publishing.mirrors import Mirrors
from deploy.devkit.embeddings import EmbeddingsStandIn
from deploy.devkit.github import GitHubStandIn, git
from indexer.search import Mode, Searcher
from indexer.store.sqlite import SqliteStore
from indexer.update import Report, Updater
from tests.fakes.github import REPO, Town, town
from tests.fakes.tasks import task


class Scene:
    """The stand-in's repository and our index of it."""

    def __init__(self, place: Town, indexes: Indexes, store: SqliteStore, root: Path) -> None:
        self.github: GitHubStandIn = place.github
        self.installation = place.installation_id
        self.id = place.github.world.repository(REPO).id
        self.indexes = indexes
        self.store = store
        self.root = root

    async def push(self, text: str, branch: str = "main", *, name: str = "basket.py") -> None:
        await self.github.push(REPO, branch, {name: text}, author="dana", message="x")

    async def refresh(self, branch: str = "") -> Report | None:
        return await self.indexes.refresh(self.installation, self.id, REPO, branch=branch)

    async def found(self, words: str, ref: str = "") -> list[str]:
        _, snippets = await self.indexes.snippets(self.task(), words, k=5, ref=ref)
        return [one.path for one in snippets]

    def task(self) -> Task:
        return task(repository_id=self.id, installation_id=self.installation)

    @property
    def path(self) -> Path:
        return self.github.world.repository(REPO).path

    async def rename_default(self, name: str) -> None:
        await git.run(self.path, "branch", "-m", "main", name)
        self.github.world.repository(REPO).default_branch = name

    def mirrors(self) -> list[Path]:
        return list((self.root / "mirrors").glob("*/*.git"))


async def at_once(_seconds: float) -> None:
    """Wait for nothing."""


@pytest.fixture
async def llm() -> AsyncIterator[EmbeddingsStandIn]:
    async with EmbeddingsStandIn() as standin:
        yield standin


@pytest.fixture
async def scene(
    tmp_path: Path, database: Database, llm: EmbeddingsStandIn, request: pytest.FixtureRequest
) -> AsyncIterator[Scene]:
    embeds = getattr(request, "param", False)
    async with town(tmp_path / "github") as place, aiohttp.ClientSession() as session:
        api = place.github.api_url
        github = GitHubApp(
            session,
            api_url=api,
            app_id=place.app.app_id,
            private_key_pem=place.app.private_key_pem,
            slug="cadence",
            client=Client(session, api_url=api, user_agent="cadence", sleep=at_once),
        )
        store = SqliteStore(tmp_path / "index.sqlite3")
        asked = Embeddings(url=llm.url, key=llm.key, model="text-embedding-3-small")
        indexes = Indexes(
            store,
            Updater(store, now=lambda: datetime.now(UTC), workers=0),
            Searcher(store),
            github=github,
            mirrors=Mirrors(tmp_path / "mirrors"),
            installations=Installations(database),
            clone_url=lambda name: f"{place.github.url}/{name}.git",
            max_clone_mb=10,
            embeddings=asked if embeds else None,
            first_answer_s=30.0,
        )
        yield Scene(place, indexes, store, tmp_path)
        await indexes.close()


async def test_repository_is_indexed_and_follows_pushes(scene: Scene) -> None:
    first = await scene.refresh()
    await scene.push("def total():\n    pass\n")
    second = await scene.refresh()
    third = await scene.refresh()

    assert first is not None
    assert second is not None
    assert third is not None
    assert (second.read, second.analysed) == (1, 1)
    assert not third.changed
    assert await scene.found("total") == ["basket.py"]


async def test_history_that_was_known_is_not_needed(scene: Scene) -> None:
    await scene.push("def before():\n    pass\n")
    await scene.refresh()
    await scene.push("def after():\n    pass\n")
    await scene.indexes._mirrors.forget(scene.id)  # as if its history had never been there

    await scene.refresh()

    assert (await scene.found("before"), await scene.found("after")) == ([], ["basket.py"])


async def test_what_a_forced_push_took_away_is_not_found(scene: Scene) -> None:
    before = (await scene.github.refs(REPO))["refs/heads/main"]
    await scene.push("def mistaken():\n    pass\n", name="mistake.py")
    await scene.refresh()
    assert await scene.found("mistaken") == ["mistake.py"]

    await git.run(scene.path, "update-ref", "refs/heads/main", before)
    await scene.push("def total():\n    pass\n")
    await scene.refresh()

    assert await scene.found("mistaken") == []
    assert await scene.found("total") == ["basket.py"]


async def test_forced_push_does_not_fetch_the_history(scene: Scene) -> None:
    await scene.push("x = 0\n")
    before = (await scene.github.refs(REPO))["refs/heads/main"]
    for number in range(1, 40):
        await scene.push(f"x = {number}\n")
    await scene.refresh()
    fetched = await objects(scene)

    tip = (await scene.github.refs(REPO))["refs/heads/main"]
    other = ("-c", "user.name=a", "-c", "user.email=a@example.org", "commit-tree", "-m", "forced")
    made = await git.run(scene.path, *other, "-p", f"{tip}~2", f"{before}^{{tree}}")
    await git.run(scene.path, "update-ref", "refs/heads/main", made.decode().strip())
    await scene.refresh()

    assert await objects(scene) - fetched < 10
    state = scene.store.state(scene.id)
    assert state is not None
    assert state.commit == made.decode().strip()


async def test_mirror_of_many_pushes_is_packed(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.publishing.mirrors._MOST_PACKS", -1)
    for number in range(6):
        await scene.push(f"x = {number}\n", name=f"part{number}.py")
        await scene.refresh()
    for loose in scene.mirrors()[0].glob("objects/??/*"):
        os.utime(loose, (0, 0))  # long out of use
    await scene.push("x = 6\n", name="part6.py")
    await scene.refresh()

    counted = await git.run(scene.mirrors()[0], "count-objects", "-v")

    facts = dict(line.split(": ") for line in counted.decode().splitlines())
    assert int(facts["packs"]) == 1
    assert int(facts["count"]) <= 3  # the commit before, its tree and what it changed
    assert (await scene.found("part3"))[0] == "part3.py"


async def objects(scene: Scene) -> int:
    everything = ("--batch-all-objects", "--batch-check=%(objectname)")
    return len((await git.run(scene.mirrors()[0], "cat-file", *everything)).splitlines())


async def test_default_branch_of_another_name_goes_on_with_its_index(scene: Scene) -> None:
    await scene.push("def total():\n    pass\n")
    await scene.refresh()

    await scene.rename_default("trunk")
    await scene.push("def renewed():\n    pass\n", "trunk", name="fresh.py")
    report = await scene.refresh()

    assert report is not None
    assert report.read == 1
    assert await scene.found("renewed", "trunk") == ["fresh.py"]
    assert await scene.found("total") == ["basket.py"]
    assert scene.store.refs(scene.id) == [""]


async def test_repository_without_a_commit_waits_for_the_first_one(scene: Scene) -> None:
    repository = await scene.github.repository("acme/empty")
    scene.github.add_repositories(scene.installation, repository.full_name)

    done = await scene.indexes.refresh(scene.installation, repository.id, repository.full_name)
    assert done is None
    assert scene.store.state(repository.id) is None

    await scene.github.push("acme/empty", "main", {"a.py": "x = 1\n"}, author="dana", message="x")
    await scene.indexes.refresh(scene.installation, repository.id, repository.full_name)
    assert scene.store.state(repository.id) is not None


async def test_of_many_refreshes_at_once_the_newest_stays(scene: Scene) -> None:
    async def pushed(number: int) -> None:
        await scene.push(f"def w{'abcdefgh'[number]}x():\n    pass\n")
        await scene.refresh()

    await scene.refresh()
    await asyncio.gather(*(scene.refresh() for _ in range(3)), pushed(0))
    for number in range(1, 5):
        await asyncio.gather(scene.refresh(), pushed(number), scene.refresh())

    state = scene.store.state(scene.id)
    head = (await scene.github.refs(REPO))["refs/heads/main"]
    assert state is not None
    assert state.commit == head
    assert await scene.found("wex") == ["basket.py"]


async def test_branch_is_searched_with_its_own_difference(scene: Scene) -> None:
    await scene.push("def total():\n    pass\n")
    await scene.refresh()
    await scene.push("def renewed():\n    pass\n", "topic")

    assert await scene.found("renewed", "topic") == ["basket.py"]
    assert await scene.found("total", "main") == ["basket.py"]
    assert await scene.found("renewed") == []

    await scene.indexes.forget_branch(scene.id, "topic")
    assert scene.store.refs(scene.id) == [""]


async def test_branch_that_is_not_there_is_told(scene: Scene) -> None:
    await scene.refresh()

    with pytest.raises(NotFound):
        await scene.found("anything", "never")


async def test_agent_of_a_repository_without_an_index_gets_one(scene: Scene) -> None:
    await scene.push("def total():\n    pass\n")

    assert await scene.found("total") == ["basket.py"]


async def test_repository_that_is_gone_is_forgotten_whole(scene: Scene) -> None:
    await scene.refresh()
    assert scene.mirrors()
    scene.github.delete_repository(REPO)

    assert await scene.refresh() is None

    assert scene.store.state(scene.id) is None
    assert scene.store.blobs(scene.id) == set()
    assert scene.mirrors() == []


async def test_repository_that_is_too_large_is_not_indexed(scene: Scene) -> None:
    scene.github.claim_size(REPO, 11 * 1024)

    assert await scene.refresh() is None
    assert scene.store.state(scene.id) is None


async def test_forgetting_in_the_middle_of_work_leaves_nothing(scene: Scene) -> None:
    await scene.push("def total():\n    pass\n")
    work = asyncio.create_task(scene.refresh())
    installations = scene.indexes._installations
    while not await installations.place_of(scene.id):  # noqa: ASYNC110 - a row, not an event
        await asyncio.sleep(0)
    await installations.remove_repositories([scene.id])
    await scene.indexes.forget(scene.id)

    with contextlib.suppress(Unavailable):  # the mirror went away while it was read
        await work

    assert scene.store.state(scene.id) is None
    assert scene.store.blobs(scene.id) == set()


async def test_suspension_in_the_middle_of_work_leaves_nothing(scene: Scene) -> None:
    await scene.push("def total():\n    pass\n")
    work = asyncio.create_task(scene.refresh())
    installations = scene.indexes._installations
    while not await installations.place_of(scene.id):  # noqa: ASYNC110 - a row, not an event
        await asyncio.sleep(0)
    await installations.upsert(
        scene.installation, account_login="acme", account_type="User", suspended=True
    )
    await scene.indexes.forget(scene.id)

    with contextlib.suppress(Unavailable):  # the mirror went away while it was read
        await work

    assert scene.store.state(scene.id) is None
    assert scene.store.blobs(scene.id) == set()
    assert list((scene.root / "mirrors").glob("*/*")) == []


async def test_what_was_queued_before_a_transfer_is_done_for_the_new_installation(
    scene: Scene,
) -> None:
    await scene.refresh()
    await scene.push("def total():\n    pass\n")

    report = await scene.indexes.refresh(scene.installation + 1, scene.id, "acme/formerly")

    assert report is not None
    assert await scene.found("total") == ["basket.py"]


async def test_mirror_of_an_installation_that_lost_a_repository_goes(scene: Scene) -> None:
    await scene.refresh()

    await scene.indexes.leave(scene.installation + 1, scene.id)
    assert scene.mirrors()
    await scene.indexes.leave(scene.installation, scene.id)

    assert list((scene.root / "mirrors").glob("*/*")) == []
    assert scene.store.state(scene.id) is not None


async def test_github_that_is_down_is_asked_again_later(scene: Scene) -> None:
    await scene.refresh()
    scene.github.fault(f"/repos/{REPO}", status=503, times=20)

    with pytest.raises(Unavailable):
        await scene.refresh()

    assert scene.store.state(scene.id) is not None


@pytest.mark.parametrize("scene", [True], indirect=True)
async def test_search_goes_by_meaning_when_there_are_embeddings(
    scene: Scene,
) -> None:
    await scene.push("def total(goods):\n    return sum(goods)\n")
    await scene.refresh()
    before = (await scene.indexes.search(scene.id, "total of goods")).mode

    made = await scene.indexes.embed(scene.id)
    after = await scene.indexes.search(scene.id, "total of goods")

    assert before is Mode.LEXICAL
    assert made == len(scene.store.keys(scene.id))
    assert (after.mode, after.hits[0].path) == (Mode.HYBRID, "basket.py")
    assert scene.store.spent(scene.id)[0][2] > 0
    assert await scene.indexes.embed(scene.id) == 0


@pytest.mark.parametrize("scene", [True], indirect=True)
async def test_search_goes_by_words_when_the_endpoint_fails(
    scene: Scene, llm: EmbeddingsStandIn
) -> None:
    await scene.push("def total(goods):\n    return sum(goods)\n")
    await scene.refresh()
    await scene.indexes.embed(scene.id)
    llm.fail(500, times=100)

    found = await scene.indexes.search(scene.id, "total of goods")

    assert (found.mode, found.hits[0].path) == (Mode.LEXICAL, "basket.py")
