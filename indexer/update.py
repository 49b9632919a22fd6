"""Bringing an index up to date: only what changed is read, taken apart and written.

Work goes on where it was when it is killed: analyses are kept as they are made, and the snapshot
moves on in one transaction at the end, unless somebody else moved it meanwhile.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any

from bot.errors import Unavailable
from indexer.analysis import VERSION
from indexer.attributes import NAME as ATTRIBUTES
from indexer.context import codebase_context, is_manifest
from indexer.kinds import kind_of
from indexer.languages import language_of
from indexer.left_out import Reason
from indexer.snapshot import Entry, Source
from indexer.store import DEFAULT, Change, Held, State, Store
from indexer.work import Job, Workers

Progress = Callable[[int, int], None]
_HEAD = 4_096
_MAX_MANIFESTS = 400
_OVERTAKEN = "the index was brought up to date by somebody else"


class Overtaken(Unavailable):
    """Somebody else brought the index up to date first; look again at what is newest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much of a repository is indexed; code comes first, then tests, prose, data."""

    files: int = 250_000
    size: int = 512 * 1024 * 1024  # bytes of all files together
    file_size: int = 1024 * 1024


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

        *expected* is the snapshot's generation from before the source's commit was looked up.
        Raise `Overtaken` when it is another one by now: an older commit never replaces a newer.
        """
        started = time.monotonic()
        state = self._store.state(repository, ref)
        generation = state.generation if state else 0
        if expected is not None and generation != expected:
            raise Overtaken(_OVERTAKEN)
        if state is not None and self._is_current(state, source):
            return Report(commit=source.commit, changed=False)
        own = self._store.files(repository, ref)
        base = self._store.files(repository) if ref != DEFAULT else {}
        usable = state is None or state.version == VERSION
        plan = _Plan.of(source, {**base, **own} if usable else {}, self._limits)
        made = _Made(self._store, repository, progress, len(plan.wanted))
        held = plan.kept | made.held_of(source, plan.wanted, self._limits, self._workers)
        rows = _difference(held, base) if ref != DEFAULT else held
        put = {path: one for path, one in rows.items() if own.get(path) != one}
        drop = [path for path in own if path not in rows]
        report = made.report(source.commit, plan, held, started)
        report = replace(report, removed=len(drop), changed=bool(put or drop))
        if not report.changed and state is not None and usable and not source.commit:
            return report  # a folder has no commit to note
        change = Change(
            repository=repository,
            ref=ref,
            expected=generation,
            commit=source.commit,
            put=put,
            drop=drop,
            report=report.to_json(),
            context=self._context(source, plan, held, state),
            indexed_at=self._now(),
        )
        if not self._store.commit(change):
            raise Overtaken(_OVERTAKEN)
        if drop or (put and own) or not usable:
            self._store.tidy(repository)
        return report

    def _is_current(self, state: State, source: Source) -> bool:
        return bool(source.commit) and state.commit == source.commit and state.version == VERSION

    def _context(
        self, source: Source, plan: "_Plan", held: Mapping[str, Held], state: State | None
    ) -> Mapping[str, Any]:
        """Return what the repository is made of; as it was when no manifest changed."""
        wanted = [entry for entry in plan.entries if is_manifest(entry.path)][:_MAX_MANIFESTS]
        few = len(plan.wanted) * 10 < len(held)
        if state is not None and state.context and few:
            changed = {entry.path for entry in plan.wanted}
            if changed.isdisjoint(entry.path for entry in wanted):
                return state.context
        manifests = {entry.path: data for entry, data in source.read(wanted) if data is not None}
        sizes: Counter[str] = Counter()
        for entry in plan.entries:
            one = held.get(entry.path)
            if one is not None and one.is_indexed:
                sizes[one.blob.rpartition("/")[2]] += entry.size or 0
        return codebase_context(manifests, sizes, list(held), now=self._now()).to_json()


def _difference(held: Mapping[str, Held], base: Mapping[str, Held]) -> dict[str, Held]:
    """Return what a branch has other than *base*; what it lacks has an empty blob."""
    other = {path: one for path, one in held.items() if base.get(path) != one}
    return other | {path: Held(blob="") for path in base if path not in held}


@dataclass(frozen=True, slots=True)
class _Plan:
    """What has to be read, what stays as it was, and what is left out unread."""

    entries: list[Entry]
    kept: dict[str, Held]
    wanted: list[Entry]
    left_out: Counter[str]

    @classmethod
    def of(cls, source: Source, old: Mapping[str, Held], limits: Limits) -> "_Plan":
        left_out: Counter[str] = Counter()
        listed = list(source.entries())
        known = old if _has_same_rules(listed, old) else {}
        entries = []
        for entry in listed:
            held = known.get(entry.path)
            is_known = held is not None and _is_same(entry, held)
            reason = None if is_known else entry.left_out(size_limit=limits.file_size)
            if reason is None:
                entries.append(entry)
            else:
                left_out[reason.value] += 1
        entries = _within(entries, limits, left_out)
        kept, wanted = {}, []
        for entry in entries:
            held = known.get(entry.path)
            if held is not None and _is_same(entry, held):
                kept[entry.path] = held
            else:
                wanted.append(entry)
        return cls(entries, kept, wanted, left_out)


def _has_same_rules(listed: Iterable[Entry], old: Mapping[str, Held]) -> bool:
    """Whether no ``.gitattributes`` changed, so that what was taken once is taken again."""
    now = {one.path: one for one in listed if one.path.endswith(ATTRIBUTES)}
    before = {path for path in old if path.endswith(ATTRIBUTES)}
    return before == set(now) and all(_is_same(one, old[path]) for path, one in now.items())


def _is_same(entry: Entry, held: Held) -> bool:
    if entry.oid:
        return held.oid == entry.oid
    return bool(held.stamp) and held.stamp == _stamp(entry)


def _stamp(entry: Entry) -> str:
    return "-".join(map(str, entry.stamp)) if entry.stamp != (0, 0) else ""


def _within(entries: list[Entry], limits: Limits, left_out: Counter[str]) -> list[Entry]:
    """Return as many of *entries* as *limits* allow: what matters most first."""
    size = sum(entry.size or 0 for entry in entries)
    if len(entries) <= limits.files and size <= limits.size:
        return entries
    ranked = sorted(
        entries, key=lambda entry: (kind_of(entry.path, language_of(entry.path, b"")), entry.path)
    )
    taken, total = list[Entry](), 0
    for entry in ranked:
        total += entry.size or 0
        if len(taken) >= limits.files or total > limits.size:
            break
        taken.append(entry)
    left_out[Reason.BEYOND_LIMIT.value] += len(entries) - len(taken)
    return taken


class _Made:
    """Files on their way into the store."""

    def __init__(
        self, store: Store, repository: int, progress: Progress | None, total: int
    ) -> None:
        self._store = store
        self._repository = repository
        self._progress = progress
        self._total = total
        self._held: dict[str, Held] = {}
        self.read = 0
        self.analysed = 0

    def held_of(
        self, source: Source, wanted: Iterable[Entry], limits: Limits, workers: Workers
    ) -> dict[str, Held]:
        """Read *wanted*, keep an analysis of each and return how the snapshot holds them."""
        jobs = self._jobs(source, wanted, limits)
        for done in workers.analysed(jobs):
            self._store.put_blobs(self._repository, done)
            self.analysed += len(done)
        return self._held

    def _jobs(self, source: Source, wanted: Iterable[Entry], limits: Limits) -> Iterator[Job]:
        known = self._store.blobs(self._repository)
        for entry, data in source.read(wanted):
            self.read += 1
            if self._progress is not None:
                self._progress(self.read, self._total)
            reason = entry.content_left_out(data, size_limit=limits.file_size)
            if data is None or reason is not None:
                blob = f"{entry.oid}/!{(reason or Reason.UNREADABLE).value}"
                self._held[entry.path] = Held(blob=blob, stamp=_stamp(entry))
                continue
            language = language_of(entry.path, data[:_HEAD])
            blob = f"{entry.oid}/{language}"
            self._held[entry.path] = Held(blob=blob, stamp=_stamp(entry))
            if blob not in known:
                known.add(blob)
                yield Job(blob, language, data)

    def report(self, commit: str, plan: _Plan, held: Mapping[str, Held], started: float) -> Report:
        """Return the figures of the snapshot that consists of *held*."""
        left_out, languages = plan.left_out.copy(), Counter[str]()
        for one in held.values():
            if one.is_indexed:
                languages[one.blob.rpartition("/")[2]] += 1
            else:
                left_out[one.blob.rpartition("/!")[2]] += 1
        return Report(
            commit=commit,
            files=len(held) + plan.left_out.total(),
            indexed=languages.total(),
            read=self.read,
            analysed=self.analysed,
            left_out=dict(left_out.most_common()),
            languages=dict(languages.most_common()),
            seconds=round(time.monotonic() - started, 3),
        )
