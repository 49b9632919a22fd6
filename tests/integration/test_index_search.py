"""Searching an index: what is found and why, what is kept in memory, words and meaning together."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from bot.errors import NotFound
from deploy.devkit.embeddings import EmbeddingsStandIn
from indexer.embed import EmbeddingsUnavailable, OpenAIEmbedder, Patience
from indexer.files.folder import Folder
from indexer.meaning import bring_up_to_date, missing_texts
from indexer.search import Found, Mode, Priority, Searcher
from indexer.store import Vector
from indexer.store.sqlite import SqliteStore
from indexer.update import Updater

SMALL, LARGE = "text-embedding-3-small", "text-embedding-3-large"
PATIENCE = Patience(timeout_s=5, attempts=1, failures=1, rest_s=60)
FILES = {
    "shop/basket.py": "class Basket:\n    def total(self):\n        return sum(self.prices)\n",
    "shop/invoice.py": "def print_invoice(order):\n    pay(order)  # what she has to pay\n",
    "net/retry.py": "def with_retry(call):\n    for attempt in range(3):\n        call()\n",
    "tests/test_basket.py": "def test_total():\n    assert Basket().total() == 0\n",
    "README.md": "# Shop\n\nA basket, an invoice and a retry.\n",
}


class Shop:
    """A folder, an index of it and a searcher."""

    def __init__(self, root: Path) -> None:
        self.folder = root / "shop"
        self.store = SqliteStore(root / "index.sqlite3")
        self.searcher = Searcher(self.store)
        self._updater = Updater(self.store, now=lambda: datetime.now(UTC), workers=0)
        self.index(FILES)

    def index(self, files: Mapping[str, str | None], *, repository: int = 1) -> None:
        for name, text in files.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if text is None:
                path.unlink()
            else:
                path.write_text(text)
        self._updater.refresh(repository, Folder(self.folder))

    def search(self, text: str, *, vector: Vector | None = None, k: int = 20) -> Found:
        return self.searcher.search(1, text, vector=vector, k=k)

    def paths(self, text: str, *, vector: Vector | None = None) -> list[str]:
        return [hit.path for hit in self.search(text, vector=vector).hits]


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    made = Shop(tmp_path)
    yield made
    made.store.close()


@pytest.fixture
async def server() -> AsyncIterator[EmbeddingsStandIn]:
    async with EmbeddingsStandIn() as made:
        yield made


def embedder(server: EmbeddingsStandIn, model: str = SMALL) -> OpenAIEmbedder:
    return OpenAIEmbedder(model=model, url=server.url, key=server.key, patience=PATIENCE)


async def embed(shop: Shop, server: EmbeddingsStandIn, model: str = SMALL) -> int:
    asker = embedder(server, model)
    try:
        return await bring_up_to_date(shop.store, 1, asker, model=model)
    finally:
        await asker.aclose()


async def vector_of(server: EmbeddingsStandIn, text: str, model: str = SMALL) -> Vector:
    asker = embedder(server, model)
    try:
        return (await asker.embed([text]))[0]
    finally:
        await asker.aclose()


def test_hit_says_where_and_why(shop: Shop) -> None:
    found = shop.search("`Basket` has a wrong total")

    hit = found.hits[0]
    assert (hit.path, hit.start, hit.name) == ("shop/basket.py", 1, "Basket")
    assert (hit.language, hit.priority) == ("python", Priority.HIGH)
    assert hit.reason.startswith("defines `Basket`")
    assert "mentions" in hit.reason
    assert "total" in hit.reason
    assert hit.text.startswith("class Basket:")
    assert 0 < hit.score <= 1
    assert (found.mode, found.files) == (Mode.LEXICAL, len(FILES))


@pytest.mark.parametrize(
    ("asked", "path", "reason"),
    [
        ("see net/retry.py please", "net/retry.py", "its path is named"),
        ("shop.invoice.Printer fails", "shop/invoice.py", "its module is named"),
        ("fix(net): it hangs", "net/retry.py", "in the scope of the title"),
    ],
)
def test_reason_is_what_can_be_checked(shop: Shop, asked: str, path: str, reason: str) -> None:
    hit = shop.search(asked).hits[0]

    assert (hit.path, hit.priority) == (path, Priority.HIGH)
    assert reason in hit.reason


def test_scores_fall_and_priorities_with_them(shop: Shop) -> None:
    hits = shop.search("basket total invoice").hits

    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    order = [Priority.HIGH, Priority.MEDIUM, Priority.LOW]
    places = [order.index(hit.priority) for hit in hits]
    assert places == sorted(places)
    assert places[0] == 0
    assert max(places) > 0


def test_named_file_matters_however_little_else_fits(shop: Shop) -> None:
    asked = "`Basket.total` gives a wrong sum of its prices"

    plain = {hit.path: hit.priority for hit in shop.search(f"{asked} in the readme").hits}
    named = {hit.path: hit.priority for hit in shop.search(f"{asked}, see README.md").hits}

    assert plain["README.md"] is Priority.LOW
    assert named["README.md"] is Priority.HIGH


def test_no_more_than_asked_for_and_nothing_for_nothing(shop: Shop) -> None:
    assert len(shop.search("basket", k=1).hits) == 1
    for asked in ("", "the and of", "zebra"):
        found = shop.search(asked)
        assert (found.hits, found.files) == ((), len(FILES))


def test_long_file_is_shown_at_its_best_place(shop: Shop) -> None:
    parts = [f"def part{n}():\n" + "    step()\n" * 50 + "\n" for n in range(6)]
    parts[4] = parts[4].replace("step()", "overflow_guard()", 1)
    shop.index({"shop/long.py": "".join(parts)})

    hit = shop.search("where is the overflow guard").hits[0]

    lines = "".join(parts).split("\n")
    assert hit.path == "shop/long.py"
    assert hit.name == "part4"
    assert hit.text == "\n".join(lines[hit.start - 1 : hit.end])
    assert "overflow_guard" in hit.text


def test_repository_without_an_index_is_not_found(shop: Shop) -> None:
    with pytest.raises(NotFound, match="not indexed yet"):
        shop.searcher.search(2, "basket")
    with pytest.raises(NotFound, match="branch is not indexed"):
        shop.searcher.search(1, "basket", ref="topic")


def test_forgotten_repository_is_not_answered_from_memory(shop: Shop) -> None:
    assert shop.paths("basket")

    shop.store.forget(1)

    with pytest.raises(NotFound):
        shop.search("basket")


CHANGES: list[dict[str, str | None]] = [
    {"shop/basket.py": "class Cart:\n    pass\n"},
    {"net/retry.py": None, "net/again.py": FILES["net/retry.py"]},
    {f"more/file{n}.py": f"def basket{n}():\n    retry()\n" for n in range(12)},
    {f"more/file{n}.py": None for n in range(12)},
    {"net/again.py": None, "net/retry.py": FILES["net/retry.py"]},
]


def test_what_is_loaded_bit_by_bit_is_what_is_loaded_at_once(shop: Shop) -> None:
    asked = ["basket total", "retry a call", "fix(net): see shop/invoice.py", "`with_retry`"]
    for change in CHANGES:
        for one in asked:
            shop.search(one)  # what is in memory now is changed by what follows
        shop.index(change)
        at_once = Searcher(shop.store)
        for one in asked:
            kept, fresh = shop.search(one), at_once.search(1, one)
            assert {h.path: h.score for h in kept.hits} == pytest.approx(
                {h.path: h.score for h in fresh.hits}, abs=1e-3
            )
            places = [{(h.path, h.start, h.end, h.text) for h in f.hits} for f in (kept, fresh)]
            assert places[0] == places[1]


def test_unchanged_snapshot_stays_in_memory_until_there_is_no_room(shop: Shop) -> None:
    shop.index({}, repository=2)
    roomy, narrow = Searcher(shop.store), Searcher(shop.store, memory=1)

    for searcher, stays in ((roomy, True), (narrow, False)):
        first = searcher.loaded(1)
        assert searcher.loaded(1) is first
        searcher.loaded(2)
        assert (searcher.loaded(1) is first) is stays


def test_many_may_ask_at_once(shop: Shop) -> None:
    async def asked() -> list[list[str]]:
        one = [asyncio.to_thread(shop.paths, "basket total") for _ in range(8)]
        return await asyncio.gather(*one)

    assert {tuple(paths) for paths in asyncio.run(asked())} == {tuple(shop.paths("basket total"))}


async def test_meaning_finds_what_no_word_does(shop: Shop, server: EmbeddingsStandIn) -> None:
    made = await embed(shop, server)
    assert made == len(shop.store.keys(1)) == len(server.embedded)
    (text,) = [one for one in server.embedded if "has to pay" in one]
    vector = await vector_of(server, text)

    by_words = shop.search("zebra")
    found = shop.search("zebra", vector=vector)

    assert (by_words.hits, by_words.mode) == ((), Mode.LEXICAL)
    assert found.mode is Mode.HYBRID
    assert found.hits[0].path == "shop/invoice.py"
    assert found.hits[0].reason == "similar in meaning"


async def test_words_still_count_beside_meaning(shop: Shop, server: EmbeddingsStandIn) -> None:
    await embed(shop, server)
    vector = await vector_of(server, "basket total")

    assert shop.paths("basket total", vector=vector)[0] == "shop/basket.py"
    assert shop.paths("see net/retry.py", vector=vector)[0] == "net/retry.py"


async def test_vector_without_a_model_is_left_aside(shop: Shop) -> None:
    assert shop.search("basket", vector=np.ones(8, np.float16)).mode is Mode.LEXICAL


async def test_only_new_text_is_embedded(shop: Shop, server: EmbeddingsStandIn) -> None:
    await embed(shop, server)
    before = len(server.embedded)
    shop.index({"shop/new.py": "def novel():\n    pass\n", "shop/basket.py": None})

    assert await embed(shop, server) == 1
    assert await embed(shop, server) == 0

    assert len(server.embedded) == before + 1
    assert "novel" in server.embedded[-1]
    assert shop.store.embedded(1, SMALL) == shop.store.keys(1)


async def test_interrupted_embedding_goes_on_where_it_was(
    shop: Shop, server: EmbeddingsStandIn
) -> None:
    shop.index({f"more/f{n}.py": f"def word{n}():\n    pass\n" for n in range(300)})
    asker = embedder(server)
    some = await bring_up_to_date(shop.store, 1, asker, model=SMALL, is_stopped=lambda: True)
    await asker.aclose()
    kept = shop.store.embedded(1, SMALL)
    state = shop.store.state(1)
    assert state is not None
    assert (state.model, len(kept)) == ("", some)  # half of the vectors do not answer yet
    assert 0 < some < len(shop.store.keys(1))

    rest = await embed(shop, server)

    assert some + rest == len(shop.store.keys(1))
    state = shop.store.state(1)
    assert state is not None
    assert state.model == SMALL


async def test_old_model_answers_until_the_new_one_is_complete(
    shop: Shop, server: EmbeddingsStandIn
) -> None:
    await embed(shop, server)
    vector = await vector_of(server, "basket")
    server.fail(503, times=99)

    with pytest.raises(EmbeddingsUnavailable):
        await embed(shop, server, LARGE)

    state = shop.store.state(1)
    assert state is not None
    assert state.model == SMALL
    assert shop.search("basket", vector=vector).mode is Mode.HYBRID

    server.faults.clear()
    await embed(shop, server, LARGE)

    state = shop.store.state(1)
    assert state is not None
    assert state.model == LARGE
    assert shop.store.embedded(1, SMALL) == set()
    assert shop.search("x", vector=await vector_of(server, "basket", LARGE)).mode is Mode.HYBRID


async def test_equal_text_elsewhere_is_not_paid_twice(
    shop: Shop, server: EmbeddingsStandIn
) -> None:
    await embed(shop, server)
    shop.index({}, repository=2)
    before = len(server.embedded)
    asker = embedder(server)

    assert await bring_up_to_date(shop.store, 2, asker, model=SMALL) == 0
    await asker.aclose()

    assert len(server.embedded) == before
    assert shop.store.embedded(2, SMALL) == shop.store.keys(2)
    assert shop.store.spent(2) == []
    ((model, _day, tokens, _usd),) = shop.store.spent(1)
    assert model == SMALL
    assert tokens > 0


def test_every_missing_text_comes_once(shop: Shop) -> None:
    shop.index({"copy.py": FILES["net/retry.py"]})
    wanted = shop.store.keys(1)

    texts = list(missing_texts(shop.store, 1, wanted))

    assert [key for key, _ in texts] == list(dict.fromkeys(key for key, _ in texts))
    assert {key for key, _ in texts} == wanted
    assert sum("with_retry" in text for _, text in texts) == 1
