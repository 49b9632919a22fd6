"""What every store of an index promises, on SQLite and on a real Postgres."""

import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import psycopg
import pytest
from psycopg import sql

from bot.errors import Unavailable
from indexer import analysis
from indexer.analysis import Analysis, analyse
from indexer.chunks import outline
from indexer.store import Change, Held, Vector
from indexer.store.postgres import PostgresStore
from indexer.store.sql import TABLES
from indexer.store.sqlite import Damaged, SqliteStore
from indexer.store.vectors import VectorStore

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
ODD = ["line\nbreak.py", "quo\"te'.py", "byte\udcff.py", "ümläut/😀.py", " space .py", "a\tb"]
HALF: Vector = np.full(4, 0.5, np.float16)
Opener = Callable[[], VectorStore]


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def opener(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Opener]:
    opened: list[VectorStore] = []

    def open_store() -> VectorStore:
        if request.param == "sqlite":
            store: VectorStore = SqliteStore(tmp_path / "index.sqlite3")
        else:
            store = PostgresStore(url)
        opened.append(store)
        return store

    url = request.getfixturevalue("postgres_url") if request.param == "postgres" else ""
    yield open_store
    for store in opened:
        store.close()


@pytest.fixture
def store(opener: Opener) -> VectorStore:
    return opener()


def change(expected: int = 0, *, repository: int = 1, ref: str = "", **more: Any) -> Change:
    facts = {"commit": "c" * 40, "report": {"files": 1}, "context": {"language": "go"}, **more}
    return Change(repository=repository, ref=ref, expected=expected, indexed_at=NOW, **facts)


def made(text: str, language: str = "python") -> Analysis:
    return analyse(language, text, outline(language, text))


def unit(rng: np.random.Generator, size: int) -> Vector:
    vector = rng.normal(size=size)
    return (vector / np.linalg.norm(vector)).astype(np.float16)


def key(number: int) -> bytes:
    return number.to_bytes(16, "big")


def rows_of(store: VectorStore, repository: int) -> dict[str, int]:
    """Return how many rows of *repository* each table has."""
    with store._connection() as connection:
        count = "SELECT count(*) FROM {} WHERE repository = ?"
        return {
            table: store._run(connection, count.format(table), (repository,)).fetchone()[0]
            for table in TABLES
            if table != "layout"
        }


def test_nothing_is_known_of_a_new_repository(store: VectorStore) -> None:
    assert store.state(1) is None
    assert store.files(1) == {}
    assert store.blobs(1) == set()
    assert store.keys(1) == set()


def test_snapshot_comes_back_as_it_was_committed(store: VectorStore) -> None:
    files = {path: Held(blob=f"{n:040x}/python", stamp=f"{n}-1") for n, path in enumerate(ODD)}

    assert store.commit(change(put=files))

    state = store.state(1)
    assert state is not None
    assert (state.commit, state.generation, state.model) == ("c" * 40, 1, "")
    assert (state.report, state.context, state.indexed_at) == (
        {"files": 1},
        {"language": "go"},
        NOW,
    )
    assert store.files(1) == files


def test_change_puts_and_drops(store: VectorStore) -> None:
    one, two = Held(blob="1/python"), Held(blob="2/python")
    store.commit(change(put={"a": one, "b": one}))

    assert store.commit(change(1, put={"b": two, "c": two}, drop=["a", "never there"]))

    assert store.files(1) == {"b": two, "c": two}


@pytest.mark.parametrize("expected", [0, 2, 7])
def test_change_of_another_generation_changes_nothing(store: VectorStore, expected: int) -> None:
    store.commit(change(put={"a": Held(blob="1/python")}))

    assert not store.commit(change(expected, put={"b": Held(blob="2/python")}, commit="d" * 40))

    assert set(store.files(1)) == {"a"}
    assert store.state(1) == store.state(1)


def test_of_many_changes_at_once_one_wins(opener: Opener) -> None:
    opener().commit(change())
    won: list[int] = []
    start = threading.Barrier(6)

    def race(number: int, store: VectorStore) -> None:
        start.wait()
        if store.commit(
            change(1, put={f"{number}": Held(blob="1/python")}, commit=f"{number}" * 40)
        ):
            won.append(number)

    threads = [threading.Thread(target=race, args=(n, opener())) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    state = opener().state(1)
    assert state is not None
    assert len(won) == 1
    assert (state.generation, state.commit) == (2, str(won[0]) * 40)
    assert set(opener().files(1)) == {str(won[0])}


def test_branch_has_rows_of_its_own(store: VectorStore) -> None:
    store.commit(change(put={"a": Held(blob="1/python")}))
    store.commit(change(ref="topic", put={"a": Held(blob="")}))

    assert store.refs(1) == ["", "topic"]
    assert store.files(1, "topic") == {"a": Held(blob="")}
    assert store.forget(1, "topic") == 2
    assert store.refs(1) == [""]
    assert set(store.files(1)) == {"a"}


def test_analyses_come_back_for_ranking_and_for_showing(store: VectorStore) -> None:
    text = "class Basket:\n    def total(self):\n        return 0\n"
    kept = made(text)
    store.put_blobs(1, {"1/python": kept, "2/python": made("x = 1\n")})
    store.put_blobs(1, {"1/python": kept})

    (row,) = store.rows(1, {"shop/basket.py": "1/python", "gone.py": "9/python"})
    detail, packed = store.shown(1, ["1/python"])["1/python"]

    assert (row.path, row.blob, row.language) == ("shop/basket.py", "1/python", "python")
    assert (row.body, row.pairs, row.symbols) == (kept.body, kept.pairs, kept.symbols)
    assert analysis.text_of(packed) == text
    assert [one.name for one in analysis.detail_of(detail).symbols] == ["Basket", "total"]
    assert store.blobs(1) == {"1/python", "2/python"}
    assert store.blobs(2) == set()
    assert store.keys(1) == {analysis.text_key(text), analysis.text_key("x = 1\n")}


def test_many_files_come_back_in_one_go(store: VectorStore) -> None:
    same = made("x = 1\n")
    store.put_blobs(1, {f"{n}/python": same for n in range(1_300)})

    rows = list(store.rows(1, {f"{n}.py": f"{n % 1_300}/python" for n in range(1_500)}))

    assert len(rows) == 1_500


def test_nearest_vectors_are_exact(store: VectorStore) -> None:
    rng = np.random.default_rng(3)
    vectors = {key(n): unit(rng, 48) for n in range(400)}
    store.put_vectors(1, "small", vectors)
    store.put_vectors(1, "other", {key(n): unit(rng, 16) for n in range(50)})
    store.put_vectors(2, "small", {key(999): unit(rng, 48)})
    query = unit(rng, 48)

    found = store.similar(1, "small", query, 25)

    truth = {k: float(v.astype(np.float32) @ query.astype(np.float32)) for k, v in vectors.items()}
    best = sorted(truth, key=lambda k: -truth[k])[:25]
    assert [bytes(one).ljust(16, b"\0") for one in found.keys.tolist()] == best
    assert np.allclose(found.cosines, [truth[k] for k in best], atol=2e-3)
    assert store.length_of(1, "small") == 48
    assert store.length_of(1, "unknown") == 0


def test_new_vectors_are_seen_at_once(store: VectorStore) -> None:
    rng = np.random.default_rng(4)
    first, second = unit(rng, 8), unit(rng, 8)
    store.put_vectors(1, "m", {key(1): first})
    store.similar(1, "m", second, 5)

    store.put_vectors(1, "m", {key(2): second})

    assert store.similar(1, "m", second, 1).keys.tolist() == [key(2)]


def test_zero_vector_is_like_nothing(store: VectorStore) -> None:
    store.put_vectors(1, "m", {key(1): np.zeros(4, np.float16), key(2): HALF})

    found = store.similar(1, "m", HALF, 5)

    assert found.cosines.tolist() == pytest.approx([1.0, 0.0])


def test_vectors_of_equal_text_are_taken_over(store: VectorStore) -> None:
    rng = np.random.default_rng(5)
    vectors = {key(n): unit(rng, 8) for n in range(1_200)}
    store.put_vectors(1, "m", vectors)
    store.put_vectors(3, "m", {key(0): unit(rng, 8)})

    taken = store.share_vectors(2, "m", [*vectors, key(5_000)])

    assert taken == set(vectors)
    assert store.embedded(2, "m") == set(vectors)
    assert store.share_vectors(2, "m", vectors) == set()
    assert store.share_vectors(2, "n", vectors) == set()


def test_costs_add_up_a_day_and_an_unknown_price_stays_unknown(store: VectorStore) -> None:
    store.spend(1, "m", "2026-11-20", 10, 0.5)
    store.spend(1, "m", "2026-11-20", 5, 0.25)
    store.spend(1, "own", "2026-11-21", 7, None)

    assert store.spent(1) == [("own", "2026-11-21", 7, None), ("m", "2026-11-20", 15, 0.75)]


def test_model_answers_when_it_is_told_to(store: VectorStore) -> None:
    store.commit(change())
    store.put_vectors(1, "old", {key(1): np.ones(2, np.float16)})
    store.put_vectors(1, "new", {key(1): np.ones(3, np.float16)})

    store.answer_with(1, "new")

    state = store.state(1)
    assert state is not None
    assert state.model == "new"
    assert store.drop_models(1, keep="new") == 1
    assert store.embedded(1, "old") == set()


def test_tidying_drops_exactly_what_no_snapshot_needs(store: VectorStore) -> None:
    used, branch, gone = made("used = 1\n"), made("branch = 2\n"), made("gone = 3\n")
    store.put_blobs(1, {"u/python": used, "b/python": branch, "g/python": gone})
    store.put_blobs(2, {"g/python": gone})
    store.commit(change(put={"u.py": Held(blob="u/python")}))
    store.commit(change(ref="topic", put={"b.py": Held(blob="b/python")}))
    keys = {
        name: analysis.text_key(f"{name} = {n}\n")
        for n, name in enumerate(["used", "branch", "gone"], 1)
    }
    store.put_vectors(1, "m", {one: np.ones(2, np.float16) for one in keys.values()})

    assert store.tidy(1) == 2

    assert store.blobs(1) == {"u/python", "b/python"}
    assert store.embedded(1, "m") == {keys["used"], keys["branch"]}
    assert store.blobs(2) == {"g/python"}


def test_forgetting_a_repository_leaves_nothing_of_it(store: VectorStore) -> None:
    for repository in (1, 2):
        store.put_blobs(repository, {"u/python": made("used = 1\n")})
        store.commit(change(repository=repository, put={"u.py": Held(blob="u/python")}))
        store.commit(change(repository=repository, ref="topic"))
        store.put_vectors(repository, "m", {key(1): np.ones(2, np.float16)})
        store.spend(repository, "m", "2026-11-21", 1, 0.1)
    before = rows_of(store, 2)
    assert all(rows_of(store, 1).values())

    assert store.forget(1) == sum(before.values())

    assert not any(rows_of(store, 1).values())
    assert rows_of(store, 2) == before
    assert store.forget(1) == 0


def test_another_layout_begins_anew(opener: Opener) -> None:
    old = opener()
    old.commit(change())
    with old._connection() as connection, old._begin(connection):
        old._run(connection, "UPDATE layout SET version = 0")

    assert opener().state(1) is None


def test_what_one_process_writes_another_reads(opener: Opener, tmp_path: Path) -> None:
    store = opener()
    if isinstance(store, PostgresStore):
        making = f"PostgresStore({store._url!r})"
    else:
        making = f"SqliteStore(Path({str(tmp_path / 'index.sqlite3')!r}))"
    program = (
        "from datetime import UTC, datetime; from pathlib import Path\n"
        "from indexer.store import Change, Held\n"
        "from indexer.store.postgres import PostgresStore\n"
        "from indexer.store.sqlite import SqliteStore\n"
        f"store = {making}\n"
        "at = datetime.now(UTC)\n"
        "put = {'a': Held(blob='1/python')}\n"
        "print(store.commit(Change(repository=1, ref='', expected=0, commit='x', put=put,"
        " indexed_at=at)))\n"
    )

    done = [
        subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]

    assert sorted(one.communicate()[0].strip() for one in done) == ["False", "True"]
    assert set(store.files(1)) == {"a"}


def test_damaged_file_is_made_anew(tmp_path: Path) -> None:
    path = tmp_path / "index.sqlite3"
    path.write_bytes(b"this is no database at all, is it?" * 100)

    store = SqliteStore(path)

    assert store.state(1) is None
    store.close()


def test_no_vectors_are_near_to_nothing(store: VectorStore) -> None:
    assert store.similar(1, "m", HALF, 5).keys.tolist() == []


def test_forgetting_a_branch_leaves_the_rest(store: VectorStore) -> None:
    store.put_blobs(1, {"u/python": made("used = 1\n")})
    store.commit(change(put={"u.py": Held(blob="u/python")}))
    store.commit(change(ref="topic", put={"u.py": Held(blob="")}))
    store.put_vectors(1, "m", {key(1): np.ones(2, np.float16)})
    store.spend(1, "m", "2026-11-21", 1, 0.1)
    before = rows_of(store, 1)

    assert store.forget(1, "topic") == 2

    assert rows_of(store, 1) == {**before, "snapshots": 1, "files": 1}
    assert (store.refs(1), set(store.files(1))) == ([""], {"u.py"})


def test_change_that_fails_half_way_changes_nothing(store: VectorStore) -> None:
    store.commit(change(put={"a.py": Held(blob="a/python")}))
    bad = Held(blob=None)  # type: ignore[arg-type]  # what no store takes

    with pytest.raises((sqlite3.IntegrityError, psycopg.IntegrityError)):
        store.commit(change(expected=1, drop=["a.py"], put={"b.py": bad}))

    state = store.state(1)
    assert state is not None
    assert (state.generation, set(store.files(1))) == (1, {"a.py"})
    assert store.commit(change(expected=1))


def test_file_damaged_in_the_middle_says_so(tmp_path: Path) -> None:
    path = tmp_path / "index.sqlite3"
    store = SqliteStore(path)
    store.commit(change(put={f"p{n}": Held(blob=f"{n}/python") for n in range(3_000)}))
    store.close()
    data = path.read_bytes()
    path.write_bytes(data[: 3 * 8192] + b"Z" * (len(data) - 3 * 8192))

    with pytest.raises(Damaged, match="delete the file"):
        SqliteStore(path).files(1)


def test_full_disk_is_said_and_loses_nothing(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "index.sqlite3")
    store.commit(change(put={"a.py": Held(blob="a/python")}))
    with store._connection() as connection:
        connection.execute("PRAGMA max_page_count = 40")
    many = {f"p{n}": Held(blob=f"{n}/python") for n in range(20_000)}

    with pytest.raises(Unavailable, match="full"):
        store.commit(change(expected=1, put=many))

    assert set(store.files(1)) == {"a.py"}
    store.close()


@pytest.mark.postgres
def test_lost_connection_is_said_and_made_anew(postgres_url: str) -> None:
    store = PostgresStore(postgres_url)
    store.commit(change())

    def lose() -> None:
        with psycopg.connect(postgres_url, autocommit=True) as other:
            other.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )

    failed = 0
    for ask in (lambda: store.similar(1, "m", HALF, 1), lambda: store.tidy(1)):
        lose()
        while store._free:
            failed += 1
            with pytest.raises(Unavailable):
                ask()
        assert len(store.refs(1)) == 1

    assert failed > 1
    store.close()


@pytest.mark.postgres
def test_index_over_vectors_goes_with_them(postgres_url: str) -> None:
    store = PostgresStore(postgres_url, hnsw_above=2)
    rng = np.random.default_rng(7)
    for model in ("old", "new"):
        store.put_vectors(1, model, {key(n): unit(rng, 8) for n in range(4)})
    store.put_vectors(11, "old", {key(n): unit(rng, 8) for n in range(4)})

    def near() -> int:
        with store._connection() as connection:
            question = "SELECT count(*) FROM pg_indexes WHERE indexname LIKE 'vectors_near%'"
            return int(connection.execute(question).fetchone()[0])

    counts = [near()]
    store.drop_models(1, keep="new")
    counts.append(near())
    store.forget(1)
    counts.append(near())
    store.put_vectors(1, "new", {key(n): unit(rng, 16) for n in range(4)})  # of another length

    assert counts == [3, 2, 1]
    assert len(store.similar(1, "new", unit(rng, 16), 9).keys) == 4
    store.close()


@pytest.mark.postgres
def test_index_over_very_many_vectors_misses_next_to_nothing(postgres_url: str) -> None:
    store = PostgresStore(postgres_url, hnsw_above=1_000)
    rng = np.random.default_rng(6)
    vectors = {key(n): unit(rng, 32) for n in range(4_000)}
    store.put_vectors(1, "m", vectors)
    store.put_vectors(2, "m", {key(n): unit(rng, 32) for n in range(10_000, 12_000)})
    store.put_vectors(3, "m", {key(n): unit(rng, 32) for n in range(20_000, 20_900)})
    everything = np.stack(list(vectors.values())).astype(np.float32)
    hits = 0
    for _ in range(20):
        query = unit(rng, 32)
        best = np.argsort(-(everything @ query.astype(np.float32)))[:50]
        wanted = {list(vectors)[one] for one in best}
        found = store.similar(1, "m", query, 50)
        hits += len({bytes(k).ljust(16, b"\0") for k in found.keys.tolist()} & wanted)
    with store._connection() as connection:
        names = connection.execute(
            "SELECT indexdef FROM pg_indexes WHERE indexname LIKE 'vectors_near%'"
        ).fetchall()
        connection.execute("ANALYZE vectors")
        plans = [
            str(connection.execute(sql.SQL("EXPLAIN ") + asked).fetchall())
            for asked in (store._nearest(number, "m", unit(rng, 32), 10) for number in (1, 3))
        ]
    store.close()

    assert len(names) == 2
    assert "Index Scan using vectors_near_1_" in plans[0]
    assert "vectors_near" not in plans[1]  # few are looked at, all of them
    assert hits >= 0.95 * 20 * 50
