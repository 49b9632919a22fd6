"""What has to be done to bring an index up to date: nothing is read here but lists."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from indexer.context import is_manifest
from indexer.files.attributes import NAME as ATTRIBUTES
from indexer.files.kinds import kind_of
from indexer.files.left_out import Reason
from indexer.languages import language_of
from indexer.snapshot import Entry, Source
from indexer.store import Held

_MAX_MANIFESTS = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much of a repository is indexed; code comes first, then tests, prose, data."""

    files: int = 250_000
    size: int = 512 * 1024 * 1024  # bytes of all files together
    file_size: int = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Plan:
    """What has to be read, what stays as it was, and what is left out unread.

    *manifests* say what the repository needs; locks among them are left out of the index.
    """

    entries: list[Entry]
    manifests: list[Entry]
    kept: dict[str, Held]
    wanted: list[Entry]
    left_out: Counter[str]

    @classmethod
    def of(cls, source: Source, old: Mapping[str, Held], limits: Limits) -> "Plan":
        """Compare *source* with how the snapshot holds its files."""
        left_out: Counter[str] = Counter()
        listed = list(source.entries())
        known = old if _has_same_rules(listed, old) else {}
        entries, manifests = list[Entry](), list[Entry]()
        for entry in listed:
            held = known.get(entry.path)
            is_known = held is not None and _is_same(entry, held)
            reason = None if is_known else entry.left_out(size_limit=limits.file_size)
            if reason is None:
                entries.append(entry)
            else:
                left_out[reason.value] += 1
            if reason in {None, Reason.GENERATED} and is_manifest(entry.path):
                manifests.append(entry)
        entries = _within(entries, limits, left_out)
        kept, wanted = {}, []
        for entry in entries:
            held = known.get(entry.path)
            if held is not None and _is_same(entry, held):
                kept[entry.path] = held
            else:
                wanted.append(entry)
        return cls(entries, manifests[:_MAX_MANIFESTS], kept, wanted, left_out)


def mark_of(entries: Iterable[Entry]) -> str:
    """Return what is the same as long as the files that *entries* stand for are."""
    facts = "\0".join(f"{one.path}\0{one.oid or stamp_of(one)}" for one in entries)
    data = facts.encode("utf-8", "surrogateescape")
    return hashlib.blake2b(data, digest_size=16).hexdigest()


def _has_same_rules(listed: Iterable[Entry], old: Mapping[str, Held]) -> bool:
    """Whether no ``.gitattributes`` changed, so that what was taken once is taken again."""
    now = {one.path: one for one in listed if one.path.endswith(ATTRIBUTES)}
    before = {path for path in old if path.endswith(ATTRIBUTES)}
    return before == set(now) and all(_is_same(one, old[path]) for path, one in now.items())


def _is_same(entry: Entry, held: Held) -> bool:
    if entry.oid:
        return held.oid == entry.oid
    return bool(held.stamp) and held.stamp == stamp_of(entry)


def stamp_of(entry: Entry) -> str:
    """Return what is kept of *entry*'s stamp: empty where its id says more."""
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
