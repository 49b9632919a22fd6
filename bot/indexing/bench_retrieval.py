"""``cadence bench retrieval``: how well search finds what a repository's own fixes changed."""

import json
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

from indexer.bench.baselines import bm25_chunks, keyword_count
from indexer.bench.history import Question, git_directory, is_source, questions, spread
from indexer.bench.measures import mean, measures
from indexer.search import Searcher
from indexer.snapshot import GitSnapshot
from indexer.store.sqlite import SqliteStore
from indexer.update import Updater
from indexer.work import decoded

_DEPTH = 100
_SHOWN = ("any@1", "any@5", "any@10", "all@10", "recall@20", "mrr")
_NAMES = {"ours": "cadence search", "bm25": "BM25 over chunks", "count": "keyword count"}
Search = Callable[[str], list[str]]


def run(repo: Path, *, most: int, as_json: bool) -> None:
    """Measure on up to *most* questions of the history of *repo* and print a table."""
    asked = spread(questions(repo, most=most))
    console = Console(stderr=True, quiet=as_json or not sys.stderr.isatty())
    rows: dict[str, list[dict[str, float]]] = {name: [] for name in _NAMES}
    for number, (commit, group) in enumerate(asked.items(), 1):
        with console.status(f"Snapshot {number} of {len(asked)}"):
            _measure(git_directory(repo), commit, group, rows)
    means = {name: mean(found) for name, found in rows.items()}
    count = sum(map(len, asked.values()))
    if as_json:
        facts = {"questions": count, "snapshots": len(asked), "results": means}
        sys.stdout.write(json.dumps(facts) + "\n")
    else:
        _show(means, count, len(asked), Console())


def _measure(
    git_dir: Path, commit: str, group: Sequence[Question], rows: dict[str, list[dict[str, float]]]
) -> None:
    source = GitSnapshot(git_dir, commit)
    with tempfile.TemporaryDirectory(prefix="cadence-bench-") as place:
        store = SqliteStore(Path(place, "index.sqlite3"))
        updater = Updater(store, now=lambda: datetime.now(UTC))
        updater.refresh(1, source)
        updater.close()
        searcher = Searcher(store)

        def ours(text: str) -> list[str]:
            found = searcher.search(1, text, k=_DEPTH, with_text=False)
            return [hit.path for hit in found.hits]

        ways: dict[str, Search] = {"ours": ours, **_baselines(source)}
        for question in group:
            for name, search in ways.items():
                started = time.perf_counter()
                ranked = search(question.text)
                took = (time.perf_counter() - started) * 1000
                rows[name].append({**measures(ranked, question.answers), "ms": took})
        store.close()


def _baselines(source: GitSnapshot) -> dict[str, Search]:
    wanted = [one for one in source.entries() if one.left_out() is None and is_source(one.path)]
    files = {
        entry.path: decoded(data)
        for entry, data in source.read(wanted)
        if data is not None and entry.content_left_out(data) is None
    }
    return {"bm25": bm25_chunks(files), "count": keyword_count(files)}


def _show(means: dict[str, dict[str, float]], count: int, snapshots: int, console: Console) -> None:
    table = Table(box=None, padding=(0, 2, 0, 0))
    table.add_column("")
    for name in (*_SHOWN, "ms"):
        table.add_column(name, justify="right")
    for name, found in means.items():
        shown = [f"{found[one]:.2f}" for one in _SHOWN]
        table.add_row(_NAMES[name], *shown, f"{found['ms']:.1f}")
    console.print(table)
    console.print(
        f"{count} commits that fixed something, asked of {snapshots} older snapshots. any@10: one"
        " of the files that the fix changed is among the first ten; all@10: all of them are."
    )
