"""``cadence index`` and ``cadence search`` on a plain folder: no server, no key."""

import asyncio
import hashlib
import io
import json
import os
import sys
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.syntax import Syntax
from rich.table import Table

from bot.errors import BadSettings, InvalidRequest
from bot.indexing.embeddings import QueryVectors, embeddings_of
from bot.settings import Settings
from indexer.files.folder import Folder
from indexer.plan import Limits
from indexer.search import Found, Hit, Priority, Searcher
from indexer.store.sqlite import SqliteStore
from indexer.update import Report, Updater

FOLDER = 1  # the number of the one repository in a folder's index
_SHOWN = 8  # languages in a report
_MAX_LINE = 4 * 1024 * 1024
# What a line from anybody may raise; the last two: a number and brackets without end.
_WRONG = (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError)
_COLOURS = {Priority.HIGH: "green", Priority.MEDIUM: "yellow", Priority.LOW: "bright_black"}
_LEXERS = {"csharp": "c#", "restructuredtext": "rst", "tsx": "typescript"}


class FolderIndex:
    """The index of the folder *root*, kept in the user's cache."""

    def __init__(self, settings: Settings, root: Path) -> None:
        self.root = root.resolve()
        name = hashlib.blake2b(os.fsencode(self.root), digest_size=8).hexdigest()
        self.store = SqliteStore(settings.folder_indexes / f"{self.root.name[:40]}-{name}.sqlite3")
        limits = Limits(files=settings.index_max_files, size=settings.index_max_mb * 1024 * 1024)
        workers = min(settings.index_workers, os.cpu_count() or 1)
        self._updater = Updater(
            self.store, now=lambda: datetime.now(UTC), workers=workers, limits=limits
        )
        self.searcher = Searcher(self.store, memory=settings.index_memory_mb * 1024 * 1024)
        self._embeddings = embeddings_of(settings)
        self._loop = asyncio.Runner()  # one for all queries: connections are kept in it
        self._vectors = QueryVectors(self._embeddings) if self._embeddings else None

    def refresh(self, *, quiet: bool) -> Report:
        """Bring the index up to date and return what was done."""
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
        console = Console(stderr=True, quiet=quiet)
        with Progress(*columns, TimeElapsedColumn(), console=console, transient=True) as bar:
            task = bar.add_task("Indexing", total=None)

            def show(done: int, total: int) -> None:
                bar.update(task, completed=done, total=total)

            return self._updater.refresh(FOLDER, Folder(self.root), progress=show)

    def embed(self) -> int:
        """Make the vectors that are missing; return how many."""
        if self._embeddings is None:
            raise BadSettings("set CADENCE_EMBEDDINGS_URL to a server, or OPENAI_API_KEY")
        return asyncio.run(self._embeddings.bring_up_to_date(self.store, FOLDER))

    def search(self, query: str, k: int) -> Found:
        """Return the *k* files that fit best; by meaning, too, if there are vectors."""
        state = self.store.state(FOLDER)
        vector = None
        if state is not None and state.model and self._vectors is not None:
            vector = self._loop.run(self._vectors.of(query, state.model))
        return self.searcher.search(FOLDER, query, k=k, vector=vector)

    def close(self) -> None:
        """Let go of the file and of the worker processes."""
        if self._vectors is not None:
            self._loop.run(self._vectors.aclose())
        self._loop.close()
        self._updater.close()
        self.store.close()


def index_folder(settings: Settings, root: Path, *, as_json: bool, embeddings: bool) -> None:
    """Index *root*, with *embeddings* by meaning, too, and say what is in the index."""
    index = FolderIndex(settings, root)
    try:
        report = index.refresh(quiet=as_json or not sys.stderr.isatty())
        if embeddings:
            made = index.embed()
            Console(stderr=True).print(f"{made} chunks embedded.")
        size = index.store.size(FOLDER)
    finally:
        index.close()
    if as_json:
        sys.stdout.write(json.dumps({**report.to_json(), "bytes": size}) + "\n")
    else:
        show_report(report, size, Console())


def search_folder(settings: Settings, root: Path, query: str, *, k: int, as_json: bool) -> None:
    """Print what fits *query* in *root*; without a query, answer JSON lines from standard input."""
    index = FolderIndex(settings, root)
    try:
        index.refresh(quiet=as_json or not sys.stderr.isatty())
        if query:
            found = index.search(query, k)
            print_found(found, as_json=as_json)
        elif as_json:
            if isinstance(sys.stdin, io.TextIOWrapper):
                sys.stdin.reconfigure(errors="replace")  # one bad byte does not end the talk
            for answer in _answers(index, sys.stdin, k):
                sys.stdout.write(json.dumps(answer) + "\n")
                sys.stdout.flush()
        else:
            raise InvalidRequest('say what to look for: cadence search DIR "words"')
    finally:
        index.close()


def _answers(index: FolderIndex, lines: TextIO, k: int) -> Iterator[dict[str, Any]]:
    """Yield an answer for each line ``{"id", "query", "k"}``; what is wrong with one is said."""
    for number, line in enumerate(_bounded(lines), 1):
        if not line.strip():
            continue
        asked: Any = None
        try:
            asked = json.loads(line)
            query, wanted = str(asked["query"]), int(asked.get("k", k))
        except _WRONG:
            known = asked.get("id") if isinstance(asked, dict) else None
            yield {"id": known, "results": [], "error": f'line {number} is not {{"id", "query"}}'}
            continue
        started = time.perf_counter()
        found = index.search(query, max(1, min(wanted, 1000)))
        took = round((time.perf_counter() - started) * 1000, 3)
        yield {"id": asked.get("id"), **as_json_object(found), "ms": took}


def _bounded(lines: TextIO) -> Iterable[str]:
    while line := lines.readline(_MAX_LINE):
        yield line


def as_json_object(found: Found) -> dict[str, Any]:
    """Return *found* as the command and the API give it."""
    results = [
        {
            "path": hit.path,
            "score": hit.score,
            "priority": hit.priority.value,
            "reason": hit.reason,
            "startLine": hit.start,
            "endLine": hit.end,
            "name": hit.name,
            "language": hit.language,
        }
        for hit in found.hits
    ]
    return {"mode": found.mode.value, "results": results}


def print_found(found: Found, *, as_json: bool) -> None:
    """Print *found* for people or, as one JSON object, for programs."""
    if as_json:
        sys.stdout.write(json.dumps(as_json_object(found)) + "\n")
        return
    console = Console()
    if not found.hits:
        console.print(f"Nothing fits among {found.files} files.")
    for number, hit in enumerate(found.hits):
        if number and console.is_terminal:
            console.print()
        _show_hit(hit, console)


def _show_hit(hit: Hit, console: Console) -> None:
    place = f"{_printable(hit.path)}:{hit.start}-{hit.end}"
    colour = _COLOURS[hit.priority]
    # Lines are left whole: a path that is cut in two can be neither clicked nor piped.
    named = f"[bold {colour}]{escape(place)}[/]  {escape(_printable(hit.name))}"
    console.print(named, highlight=False, soft_wrap=True)
    why = f"{hit.priority} · {hit.score:.2f} · {escape(_printable(hit.reason))}"
    console.print(f"  [dim]{why}[/]", highlight=False, soft_wrap=True)
    if console.is_terminal and hit.priority is Priority.HIGH:
        lines = hit.text.split("\n")[:8]
        lexer = _LEXERS.get(hit.language, hit.language)
        text = "\n".join(line[:200] for line in lines)
        console.print(
            Syntax(text, lexer, line_numbers=True, start_line=hit.start, background_color="default")
        )


def show_report(report: Report, size: int | None, console: Console) -> None:
    """Say what is in an index of *size* bytes, and what was done for it."""
    if not report.changed:
        nothing = "The index is up to date." if report.indexed else "There is nothing to index."
        console.print(nothing)
        return
    room = f", {size / 1_048_576:.1f} MB" if size is not None else ""
    console.print(
        f"{report.indexed} files indexed in {report.seconds:.1f} s{room};"
        f" {report.analysed} taken apart, {report.removed} removed."
    )
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    languages = list(report.languages.items())
    for language, count in languages[:_SHOWN]:
        table.add_row(language, str(count))
    if others := languages[_SHOWN:]:
        counted = sum(count for _, count in others)
        table.add_row(f"{len(others)} other languages", str(counted))
    for reason, count in report.left_out.items():
        table.add_row(f"[dim]left out: {escape(reason)}[/]", f"[dim]{count}[/]")
    console.print(table)


def _printable(path: str) -> str:
    """Return *path* with everything that could move the cursor made visible."""
    shown = path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return "".join(
        one if one.isprintable() else one.encode("unicode_escape").decode() for one in shown
    )
