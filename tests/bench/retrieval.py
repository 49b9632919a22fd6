"""How well search finds the files that must change, beside simpler ways and without its parts.

    python -m tests.bench.retrieval --data dev.jsonl --held held.jsonl --mirror DIR --write-docs

A line of the data is ``{"id", "repo", "base_commit", "query", "title", "changed_files"}``; *DIR*
holds bare repositories named ``owner+name``. Neither is part of the project. ``rg`` is used if it
is there.
"""

import argparse
import json
import shutil
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from indexer.bench.baselines import bm25_chunks, bm25_files, keyword_count, windows
from indexer.bench.history import is_source
from indexer.bench.measures import difference, mean, measures
from indexer.ranking.rank import WEIGHTS
from indexer.ranking.terms import terms_of
from indexer.search import Searcher
from indexer.snapshot import GitSnapshot
from indexer.store.sqlite import SqliteStore
from indexer.update import Updater
from indexer.work import decoded
from tests.bench import retrieval_docs

DEPTH = 100
LARGE = 300
OURS = "cadence"
Search = Callable[[str], list[str]]


@dataclass(slots=True)
class Measured:
    """What one snapshot gave: measures by way, and what the index cost."""

    rows: dict[str, list[dict[str, float]]] = field(default_factory=dict)
    titles: dict[str, list[dict[str, float]]] = field(default_factory=dict)
    took: list[float] = field(default_factory=list)
    files: int = 0
    sources: int = 0
    index_s: float = 0.0
    index_bytes: int = 0


def snapshot(job: tuple[Path, str, str, list[dict[str, Any]]]) -> Measured:
    """Measure all questions of one snapshot."""
    mirror, repo, commit, items = job
    base = mirror / repo.replace("/", "+")
    source = GitSnapshot(base / "repo" if (base / "repo").exists() else base, commit)
    made = Measured()
    with tempfile.TemporaryDirectory() as place:
        store = SqliteStore(Path(place, "index.sqlite3"))
        started = time.perf_counter()
        updater = Updater(store, now=lambda: datetime.now(UTC), workers=1)
        report = updater.refresh(1, source)
        made.index_s = time.perf_counter() - started
        updater.close()
        made.files, made.index_bytes = report.indexed, store.size(1)
        files = _sources(source)
        made.sources = len(files)
        searcher = Searcher(store)
        searcher.loaded(1)
        for name, search in _ways(searcher, files, Path(place)):
            for item in items:
                started = time.perf_counter()
                ranked = search(item["query"])
                if name == OURS:
                    made.took.append((time.perf_counter() - started) * 1000)
                gold = item["changed_files"]
                made.rows.setdefault(name, []).append(measures(ranked, gold))
                if " without " not in name:
                    made.titles.setdefault(name, []).append(measures(search(item["title"]), gold))
        store.close()
    return made


def _ways(searcher: Searcher, files: dict[str, str], place: Path) -> Iterator[tuple[str, Search]]:
    def ours(weights: dict[str, float]) -> Search:
        def search(text: str) -> list[str]:
            found = searcher.search(1, text, k=DEPTH, weights=weights, with_text=False)
            return [hit.path for hit in found.hits]

        return search

    yield "keyword count (grep)", ripgrep(files, place) or keyword_count(files)
    yield "BM25 over files", bm25_files(files)
    yield "BM25 over chunks", bm25_chunks(files)
    yield "SQLite FTS5 over chunks", fts5(files)
    yield OURS, ours(dict(WEIGHTS))
    for name in WEIGHTS:
        if name != "meaning":
            yield f"{OURS} without {name}", ours({**WEIGHTS, name: 0.0})


def ripgrep(files: dict[str, str], place: Path) -> Search | None:
    """Return a search that lets ripgrep count words, None where it is not installed."""
    program = shutil.which("rg")
    if program is None:
        return None
    root = place / "files"
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, errors="replace")

    def search(question: str) -> list[str]:
        words = sorted({word for word in terms_of(question) if len(word) > 2})[:200] or ["x"]
        patterns = [part for word in words for part in ("-e", word)]
        done = subprocess.run(
            [program, "--count-matches", "-i", "-F", "--no-ignore", "--hidden", *patterns, "."],
            cwd=root,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )
        rows = (line.rpartition(":") for line in done.stdout.splitlines())
        counts = {path.removeprefix("./"): int(count) for path, _, count in rows}
        return sorted(counts, key=lambda path: (-counts[path], path))

    return search


def fts5(files: dict[str, str]) -> Search:
    """Return SQLite's own full text over pieces of sixty lines."""
    database = sqlite3.connect(":memory:")
    database.execute(
        "CREATE VIRTUAL TABLE pieces USING"
        " fts5(path UNINDEXED, body, tokenize=\"unicode61 tokenchars '_'\")"
    )
    rows = (
        (path, " ".join(terms_of(piece))) for path, text in files.items() for piece in windows(text)
    )
    database.executemany("INSERT INTO pieces VALUES (?, ?)", rows)

    def search(question: str) -> list[str]:
        words = dict.fromkeys(word for word in terms_of(question) if '"' not in word)
        asked = " OR ".join(f'"{word}"' for word in words) or '"x"'
        found = database.execute(
            "SELECT path FROM pieces WHERE pieces MATCH ? ORDER BY bm25(pieces) LIMIT 400", (asked,)
        )
        return list(dict.fromkeys(row[0] for row in found))

    return search


def _sources(source: GitSnapshot) -> dict[str, str]:
    wanted = [one for one in source.entries() if one.left_out() is None and is_source(one.path)]
    return {
        entry.path: decoded(data)
        for entry, data in source.read(wanted)
        if data is not None and entry.content_left_out(data) is None
    }


def run(data: Path, mirror: Path) -> list[Measured]:
    """Measure all snapshots of *data*, two at a time."""
    groups: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for line in data.read_text().splitlines():
        item = json.loads(line)
        groups.setdefault((item["repo"], item["base_commit"]), []).append(item)
    jobs = [(mirror, repo, commit, items) for (repo, commit), items in groups.items()]
    with ProcessPoolExecutor(2) as pool:
        return list(pool.map(snapshot, jobs))


def summary(found: Sequence[Measured], *, titles: bool = False) -> dict[str, dict[str, float]]:
    """Return the means of each way."""
    rows: dict[str, list[dict[str, float]]] = {}
    for one in found:
        for name, measured in (one.titles if titles else one.rows).items():
            rows.setdefault(name, []).extend(measured)
    return {name: mean(measured) for name, measured in rows.items()}


def against(found: Sequence[Measured], other: str) -> dict[str, tuple[float, float, float]]:
    """Return ours minus *other* by paired bootstrap."""
    ours = [row for one in found for row in one.rows[OURS]]
    theirs = [row for one in found for row in one.rows[other]]
    return {
        name: difference([row[name] for row in ours], [row[name] for row in theirs])
        for name in ("any@10", "all@10", "recall@20", "mrr")
    }


def main() -> None:
    """Measure, print, and write the page if asked to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--held", type=Path)
    parser.add_argument("--mirror", type=Path, required=True)
    parser.add_argument("--write-docs", action="store_true")
    chosen = parser.parse_args()
    sets = {"real issues": run(chosen.data, chosen.mirror)}
    if chosen.held:
        sets["fix commits"] = run(chosen.held, chosen.mirror)
    page = retrieval_docs.block(sets, summary=summary, against=against, ours=OURS, large=LARGE)
    print(page)
    if chosen.write_docs:
        retrieval_docs.write(page, {name: summary(found) for name, found in sets.items()}, OURS)


if __name__ == "__main__":
    main()
