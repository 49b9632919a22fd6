"""Bringing an index up to date: only what changed is read, taken apart and written.

Work goes on where it was when it is killed: analyses are kept as they are made, and the snapshot
moves on in one transaction at the end, unless somebody else moved it meanwhile.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any, TypedDict

from bot.errors import Unavailable
from indexer.analysis import VERSION
from indexer.context import codebase_context
from indexer.files.left_out import Reason
from indexer.languages import language_of
from indexer.plan import Limits, Plan, mark_of, stamp_of
from indexer.snapshot import Entry, Source
from indexer.store import DEFAULT, Change, Held, State, Store
from indexer.work import Job, Workers

Progress = Callable[[int, int], None]
_HEAD = 4_096
# In a report: the generation of the default branch that a branch was compared with, and a mark of
# the manifests that the context was read from.
_BASE, _MANIFESTS = "base", "manifests"
_OVERTAKEN = "the index was brought up to date by somebody else"


class Overtaken(Unavailable):
    """Somebody else brought the index up to date first; look again at what is newest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What came of bringing an index up to date."""

    commit: str
    files: int = 0
    indexed: int = 0
    read: int = 0
    analysed: int = 0
    removed: int = 0
    changed: bool = True
    left_out: Mapping[str, int] = field(default_factory=dict)
    languages: Mapping[str, int] = field(default_factory=dict)
    seconds: float = 0.0

    def to_json(self) -> dict[str, Any]:
        """Return it for storing and showing."""
        return asdict(self)


class Updater:
    """Brings indexes in *store* up to date; *workers* processes take the files apart."""

    def __init__(
        self,
        store: Store,
        *,
        now: Callable[[], datetime],
        workers: int = 2,
        limits: Limits | None = None,
    ) -> None:
        self._store = store
        self._now = now
        self._workers = Workers(workers)
        self._limits = limits or Limits()

    def close(self) -> None:
        """End the worker processes."""
        self._workers.close()

    def refresh(
        self,
        repository: int,
        source: Source,
        *,
        ref: str = DEFAULT,
        expected: int | None = None,
        progress: Progress | None = None,
    ) -> Report:
        """Index *source* as the newest snapshot of *repository* and return what was done.

        Raise `Overtaken` when the snapshot's generation is not *expected*, which it had before
        the commit was looked up: an older commit never replaces a newer one.
        """
        state = self._expected(repository, ref, expected)
        below = self._generation_below(repository, ref)
        if state is not None and self._is_current(state, source, below):
            return Report(commit=source.commit, changed=False, **_figures(state))
        usable = state is None or state.version == VERSION
        made = _Made(self._store, repository, progress)
        own, base = self._rows(repository, ref)
        plan = Plan.of(source, {**base, **own} if usable else {}, self._limits)
        held = plan.kept | made.held_of(source, plan.wanted, self._limits, self._workers)
        change = Change(
            repository=repository,
            ref=ref,
            expected=state.generation if state else 0,
            commit=source.commit,
            **_steps(own, held if ref == DEFAULT else _difference(held, base)),
            context=self._context(source, plan, held, state),
            indexed_at=self._now(),
        )
        report = made.report(change, plan, held)
        noted = {**report.to_json(), _BASE: below, _MANIFESTS: mark_of(plan.manifests)}
        is_new = state is None or noted[_MANIFESTS] != state.report.get(_MANIFESTS)
        if report.changed or is_new or not usable or source.commit:
            self._land(replace(change, report=noted), leaves_rests=bool(own) or not usable)
            made.mend(source, plan.wanted, self._limits, self._workers)
        return report  # a folder that did not change has no new commit to note

    def _rows(self, repository: int, ref: str) -> tuple[dict[str, Held], dict[str, Held]]:
        """Return what *ref* holds, and what the default branch does where *ref* is another one."""
        base = self._store.files(repository) if ref != DEFAULT else {}
        return self._store.files(repository, ref), base

    def _generation_below(self, repository: int, ref: str) -> int:
        """Return the generation of the default branch that the branch *ref* is compared with."""
        state = self._store.state(repository) if ref != DEFAULT else None
        return state.generation if state else 0

    def _expected(self, repository: int, ref: str, generation: int | None) -> State | None:
        state = self._store.state(repository, ref)
        if generation not in {None, state.generation if state else 0}:
            raise Overtaken(_OVERTAKEN)
        return state

    def _land(self, change: Change, *, leaves_rests: bool) -> None:
        if not self._store.commit(change):
            raise Overtaken(_OVERTAKEN)
        if leaves_rests and (change.put or change.drop):
            self._store.tidy(change.repository)

    def _is_current(self, state: State, source: Source, base_generation: int) -> bool:
        """Whether nothing moved: neither the commit nor what a branch is the difference to."""
        now = (source.commit, VERSION, base_generation)
        return bool(source.commit) and now == (
            state.commit,
            state.version,
            state.report.get(_BASE, 0),
        )

    def _context(
        self,
        source: Source,
        plan: Plan,
        held: Mapping[str, Held],
        state: State | None,
    ) -> Mapping[str, Any]:
        """Return what the repository is made of; as it was if few files and no manifest changed."""
        few = len(plan.wanted) * 10 < len(held)
        if state is not None and few and state.report.get(_MANIFESTS) == mark_of(plan.manifests):
            return state.context
        read = source.read(plan.manifests)
        manifests = {entry.path: data for entry, data in read if data is not None}
        sizes, claimed = _sizes(plan.entries, held)
        found = codebase_context(manifests, sizes, list(held), claimed=claimed, now=self._now())
        return found.to_json()


def _sizes(
    entries: Iterable[Entry], held: Mapping[str, Held]
) -> tuple[Counter[str], frozenset[str]]:
    """Return bytes a language, and the languages that ``.gitattributes`` wants counted."""
    sizes, claimed = Counter[str](), set[str]()
    for entry in entries:
        one = held.get(entry.path)
        if one is None or not one.is_indexed or entry.marks.counts is False:
            continue
        language = one.blob.rpartition("/")[2]
        language = "typescript" if language == "tsx" else language  # one language to its users
        sizes[language] += entry.size or 0
        if entry.marks.counts:
            claimed.add(language)
    return sizes, frozenset(claimed)


def _figures(state: State) -> dict[str, Any]:
    """Return what the report of a snapshot says of its files, which are still the same."""
    names = ("files", "indexed", "left_out", "languages")
    return {name: state.report[name] for name in names if name in state.report}


class _Steps(TypedDict):
    put: dict[str, Held]
    drop: list[str]


def _steps(old: Mapping[str, Held], new: Mapping[str, Held]) -> _Steps:
    """Return what turns the rows *old* into *new*."""
    return {
        "put": {path: one for path, one in new.items() if old.get(path) != one},
        "drop": [path for path in old if path not in new],
    }


def _difference(held: Mapping[str, Held], base: Mapping[str, Held]) -> dict[str, Held]:
    """Return what a branch has other than *base*; what it lacks has an empty blob."""
    other = {path: one for path, one in held.items() if base.get(path) != one}
    return other | {path: Held(blob="") for path in base if path not in held}


class _Made:
    """Files on their way into the store."""

    def __init__(self, store: Store, repository: int, progress: Progress | None) -> None:
        self._store = store
        self._repository = repository
        self._progress = progress
        self._total = 0
        self._held: dict[str, Held] = {}
        self._started = time.monotonic()
        self.read = 0
        self.analysed = 0

    def held_of(
        self, source: Source, wanted: Sequence[Entry], limits: Limits, workers: Workers
    ) -> dict[str, Held]:
        """Read *wanted*, keep an analysis of each and return how the snapshot holds them."""
        self._total = len(wanted)
        jobs = self._jobs(source, wanted, limits)
        for done in workers.analysed(jobs):
            self._store.put_blobs(self._repository, done)
            self.analysed += len(done)
        return self._held

    def mend(
        self, source: Source, wanted: Sequence[Entry], limits: Limits, workers: Workers
    ) -> None:
        """Take apart again what others tidied away before our snapshot needed it."""
        needed = {one.blob for one in self._held.values() if one.is_indexed}
        if not needed:
            return
        lost = needed - self._store.blobs(self._repository)
        again = [entry for entry in wanted if lost and self._held[entry.path].blob in lost]
        if again:
            self.held_of(source, again, limits, workers)

    def _jobs(self, source: Source, wanted: Iterable[Entry], limits: Limits) -> Iterator[Job]:
        known = self._store.blobs(self._repository)
        for entry, data in source.read(wanted):
            self.read += 1
            if self._progress is not None:
                self._progress(self.read, self._total)
            reason = entry.content_left_out(data, size_limit=limits.file_size)
            if data is None or reason is not None:
                blob = f"{entry.oid}/!{(reason or Reason.UNREADABLE).value}"
                self._held[entry.path] = Held(blob=blob, stamp=stamp_of(entry))
                continue
            language = entry.marks.language or language_of(entry.path, data[:_HEAD])
            blob = f"{entry.oid}/{language}"
            self._held[entry.path] = Held(blob=blob, stamp=stamp_of(entry))
            if blob not in known:
                known.add(blob)
                yield Job(blob, language, data)

    def report(self, change: Change, plan: Plan, held: Mapping[str, Held]) -> Report:
        """Return the figures of the snapshot that consists of *held*."""
        left_out, languages = plan.left_out.copy(), Counter[str]()
        for one in held.values():
            if one.is_indexed:
                languages[one.blob.rpartition("/")[2]] += 1
            else:
                left_out[one.blob.rpartition("/!")[2]] += 1
        return Report(
            commit=change.commit,
            removed=len(change.drop),
            changed=bool(change.put or change.drop),
            files=len(held) + plan.left_out.total(),
            indexed=languages.total(),
            read=self.read,
            analysed=self.analysed,
            left_out=dict(left_out.most_common()),
            languages=dict(languages.most_common()),
            seconds=round(time.monotonic() - self._started, 3),
        )
