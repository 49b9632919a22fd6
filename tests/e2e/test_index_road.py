"""The index of a repository, from the App's installation to its removal, with real parts."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from indexer.search import Searcher
from indexer.store.sqlite import SqliteStore
from tests.e2e.plays import FIX, ask, prepare, said
from tests.e2e.world import World, world
from tests.fakes.github import REPO

pytestmark = pytest.mark.slow


@pytest.fixture
async def made(tmp_path: Path) -> AsyncIterator[World]:
    async with world(tmp_path, FIX) as scene:
        await prepare(scene.github)
        await scene.start()
        yield scene
        await scene.stop()


def repository_id(made: World) -> int:
    return made.github.world.repository(REPO).id


def index(made: World) -> SqliteStore:
    return SqliteStore(made.root / "data" / "index.sqlite3")


def commit_of(made: World) -> str:
    store = index(made)
    state = store.state(repository_id(made))
    store.close()
    return state.commit if state else ""


def analyses(made: World) -> int:
    store = index(made)
    count = len(store.blobs(repository_id(made)))
    store.close()
    return count


def found(made: World, words: str, *, ref: str = "") -> list[str]:
    store = index(made)
    hits = Searcher(store).search(repository_id(made), words, ref=ref).hits
    store.close()
    return [hit.path for hit in hits]


def rows(made: World) -> int:
    store = index(made)
    with store._connection() as connection:
        tables = ("snapshots", "files", "blobs", "vectors", "models", "spending")
        counts = [connection.execute(f"SELECT count(*) FROM {one}").fetchone() for one in tables]  # noqa: S608
    store.close()
    return sum(count[0] for count in counts)


async def push(made: World, files: dict[str, str | bytes], branch: str = "main") -> str:
    await made.github.push(REPO, branch, files, author="dana", message="change")
    await made.github.settled()
    return (await made.github.refs(REPO))[f"refs/heads/{branch}"]


async def test_push_is_followed(made: World) -> None:
    head = await push(made, {"basket.py": "def total(goods):\n    return sum(goods)\n"})

    await made.until(lambda: commit_of(made) == head, "the index follows")

    assert found(made, "total of goods")[0] == "basket.py"


async def test_coordinator_that_dies_in_between_misses_nothing(made: World) -> None:
    await made.kill()
    head = await push(made, {"late.py": "def arrived():\n    pass\n"})
    await made.start()
    again = await push(made, {"later.py": "def afterwards():\n    pass\n"})

    await made.until(lambda: commit_of(made) == again, "the index follows")

    assert head != again
    assert found(made, "arrived")[0] == "late.py"


async def test_indexing_that_was_killed_goes_on_where_it_was(made: World) -> None:
    source = "".join(f"def step{n}(goods):\n    return goods[{n}:]\n\n\n" for n in range(60))
    many: dict[str, str | bytes] = {f"p/m{n}.py": f"# {n}\n{source}" for n in range(700)}

    head = await push(made, many)
    await made.until(lambda: analyses(made), "the indexing is under way")
    await made.kill()
    kept = analyses(made)
    assert commit_of(made) != head
    await made.start()
    await made.until(lambda: commit_of(made) == head, "the index is complete")

    assert 0 < kept < analyses(made)
    store = index(made)
    state = store.state(repository_id(made))
    store.close()
    assert state is not None
    assert state.report["indexed"] >= len(many)
    assert state.report["analysed"] <= state.report["indexed"] - kept


@pytest.mark.sandbox
async def test_agent_begins_at_the_right_file(made: World) -> None:
    head = await push(made, {"far/away/shapes.py": "def circumference(r):\n    return 6 * r\n"})
    await made.until(lambda: commit_of(made) == head, "the index follows")

    number = ask(made, "the circumference is wrong")
    await made.until(lambda: said(made, number, "ready for review"), "done")

    first = next(str(one) for one in made.llm.messages if "far/away/shapes.py" in str(one))
    assert "def circumference(r)" in first
    assert "its path fits" in first or "defines" in first or "mentions" in first


async def test_nothing_is_left_when_the_app_is_removed(made: World) -> None:
    head = await push(made, {"basket.py": "def total(goods):\n    return sum(goods)\n"})
    await made.until(lambda: commit_of(made) == head, "the index follows")
    assert rows(made) > 0

    made.github.uninstall(made.town.installation_id)
    await made.github.settled()

    await made.until(lambda: rows(made) == 0, "nothing is left")
    mirrors = made.root / "data" / "mirrors"
    await made.until(lambda: not list(mirrors.glob("*/*.git")), "no mirror is left")
