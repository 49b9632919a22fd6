"""Which agents a reference means: number, status, recency, topic, focus, what can be done."""

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise

from rapidfuzz import fuzz

from mobile_api.speech.frame import ELIGIBLE, EVERYTHING, Context, Intent, KnownAgent, Reference
from mobile_api.speech.repos import index_of, same_word
from mobile_api.speech.spelling import canonical, name_parts, same_stem
from mobile_api.speech.tasks import from_gerund
from mobile_api.speech.text import words

# Words that name no topic: when they fit nothing, the others still count.
_WEAK = frozenset(
    ["fix", "bug", "feature", "ticket", "pr", "check", "update", "change", "refactor", "rewrite",
     "cleanup", "effort", "piece", "part", "project", "request", "patch", "tweak", "improvement",
     "implementation", "support"]
)  # fmt: skip
_NO_PART = frozenset(
    ["back", "over", "down", "with", "this", "that", "them", "what", "when", "once"]
)
_PIECES = re.compile(r"[a-z]+|\d+")
_COMMON = frozenset(
    [
        "cadence",
        "agent",
        "the",
        "a",
        "an",
        "to",
        "of",
        "on",
        "in",
        "for",
        "and",
        "is",
        "are",
        "with",
        "by",
        "from",
    ]
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The agents meant; *problem* is "", ``several``, ``none`` or ``ineligible``.

    *sure* is False when a part of the words fitted nothing.
    """

    ids: tuple[str, ...] = ()
    candidates: tuple[str, ...] = ()
    problem: str = ""
    sure: bool = True


def find(reference: Reference, context: Context, intent: Intent) -> Found:
    """Return the agents that *reference* means for *intent*."""
    reference = _as_titled(reference, context)
    able = ELIGIBLE.get(intent)
    pool = [a for a in context.agents if able is None or a.status in able]
    if reference.parts:
        return _union(reference, context, intent)
    if reference.numbers:
        return _numbered(reference, context, pool)
    if reference.is_vague and not reference.everything:
        return _pointed(reference, context, pool)
    if reference.everything and not (reference.statuses or reference.topic or reference.excluding):
        return Found(ids=EVERYTHING)
    return _described(reference, context, pool, intent)


def _as_titled(reference: Reference, context: Context) -> Reference:
    """Return *reference* with words for a state in its topic, where a title has them all."""
    if not reference.title:
        return reference
    whole = replace(
        reference, topic=reference.title, title=(), statuses=frozenset(), recency="", other=False,
        count=0, plural=reference.plural and not reference.count,
    )  # fmt: skip
    return whole if fitting(whole, context) else reference


def _union(reference: Reference, context: Context, intent: Intent) -> Found:
    found = [find(replace(part, noun=True), context, intent) for part in reference.parts]
    ids = tuple(dict.fromkeys(i for one in found for i in one.ids))
    if any(one.problem or not one.sure or one.ids == EVERYTHING for one in found):
        more = tuple(dict.fromkeys((*ids, *(c for one in found for c in one.candidates))))
        return Found(candidates=more, problem="several" if more else "none", sure=False)
    return Found(ids=ids)


def _numbered(reference: Reference, context: Context, pool: list[KnownAgent]) -> Found:
    ids = tuple(a.id for n in reference.numbers for a in pool if a.number == n)
    exist = [a for a in context.agents if a.number in reference.numbers]
    if not ids:
        return Found(problem="ineligible" if exist else "none")
    return Found(ids=ids, sure=len(ids) == len(reference.numbers))


def _pointed(reference: Reference, context: Context, pool: list[KnownAgent]) -> Found:
    if context.focus in {a.id for a in pool} and context.focus is not None:
        return Found(ids=(context.focus,))
    if reference.or_all and len(context.agents) != 1:
        return Found(ids=EVERYTHING)
    if len(pool) == 1 and not _focus_is_elsewhere(context):
        return Found(ids=(pool[0].id,))
    if pool:
        return Found(candidates=tuple(a.id for a in pool), problem="several")
    return Found(problem="ineligible" if context.agents else "none")


def _focus_is_elsewhere(context: Context) -> bool:
    """Whether the agent on the screen is one to which it cannot be done."""
    return any(a.id == context.focus for a in context.agents)


def _described(
    reference: Reference, context: Context, pool: list[KnownAgent], intent: Intent
) -> Found:
    loosely = intent is Intent.STATUS and reference.everything and not reference.topic
    if loosely and reference.statuses == {"running"}:
        return Found(ids=EVERYTHING)  # "everything that's running" is everything
    kept = [a for a in pool if not reference.statuses or a.status in reference.statuses]
    kept, sure = _on_topic(reference, kept, context)
    if not kept:
        return _missed(reference, context)
    if reference.excluding is not None:
        without = find(reference.excluding, context, Intent.STATUS)
        sure = sure and not without.problem and without.ids != EVERYTHING
        kept = [a for a in kept if a.id not in without.ids]
        return Found(ids=tuple(a.id for a in kept), sure=False)
    if reference.other:
        kept = [a for a in kept if a.id != context.focus] or kept
    if reference.recency:
        return Found(ids=tuple(a.id for a in _latest(reference, kept)), sure=sure)
    return _judged(reference, kept, sure=sure)


def _latest(reference: Reference, kept: list[KnownAgent]) -> list[KnownAgent]:
    """Return the newest or oldest of *kept*, all when neither was asked for."""
    if not reference.recency:
        return kept
    ranked = sorted(kept, key=lambda a: a.started, reverse=reference.recency == "newest")
    return ranked[: reference.count or 1]


def _judged(reference: Reference, kept: list[KnownAgent], *, sure: bool) -> Found:
    ids = tuple(a.id for a in kept)
    if reference.count == 2 and len(ids) != 2:
        return Found(candidates=ids, problem="several", sure=False)
    if len(ids) == 1 or reference.plural or reference.everything:
        return Found(ids=ids, sure=sure and not (reference.everything and len(ids) == 1))
    if reference.statuses and not reference.topic and not reference.noun:
        return Found(ids=ids, sure=sure)
    return Found(candidates=ids, problem="several")


def _missed(reference: Reference, context: Context) -> Found:
    every, _ = _on_topic(reference, list(context.agents), context)
    fits = [a for a in every if not reference.statuses or a.status in reference.statuses]
    return Found(problem="ineligible" if fits and reference.topic else "none")


def _on_topic(
    reference: Reference, pool: list[KnownAgent], context: Context
) -> tuple[list[KnownAgent], bool]:
    """Return the agents that the topic fits best, and whether every word of it fitted."""
    if not reference.topic:
        return pool, True
    said = canonical(" ".join(reference.topic))
    whole = index_of(context.repos).match(" ".join(_as_said(reference.topic)), parts=False)
    if whole.repo is not None and whole.score >= 90:
        there = [a for a in pool if a.repo == whole.repo]
        if there:
            return there, True
    scores = {a.id: _fit(said, _vocabulary(a)) for a in pool}
    best = max(scores.values(), default=(0, 0))
    if not best[0] or 2 * best[0] < len(said):
        return [], False
    kept = [a for a in pool if scores[a.id] == best]
    known = _vocabulary(kept[0])
    return kept, all(_is_weak(word) or _best(word, known) for word in said) or best[0] == len(said)


def _as_said(topic: tuple[str, ...]) -> list[str]:
    return [word.partition("|")[0] for word in topic]


def grounded(reference: Reference, context: Context) -> bool:
    """Whether the words point at an agent at all: a word for agents, or a topic that fits one."""
    if reference.parts:
        return all(grounded(part, context) for part in reference.parts) or reference.noun
    if reference.noun or reference.numbers or reference.everything or reference.is_vague:
        return True
    kept, sure = _on_topic(reference, list(context.agents), context)
    return bool(kept) and sure


def fitting(reference: Reference, context: Context) -> frozenset[str]:
    """Return the ids of the agents that every word of *reference* fits, whatever they do now."""
    reference = _as_titled(reference, context)
    if reference.numbers:
        return frozenset(a.id for a in context.agents if a.number in reference.numbers)
    kept = [a for a in context.agents if not reference.statuses or a.status in reference.statuses]
    kept, sure = _on_topic(reference, kept, context)
    if not sure:
        return frozenset()
    return frozenset(a.id for a in _latest(reference, kept))


def _fit(said: tuple[str, ...], known: tuple[str, ...]) -> tuple[int, int]:
    """Return how many words of *said* are in *known*, and how well."""
    matched, quality, position = 0, 0, 0
    while position < len(said):
        pair = "".join(said[position : position + 2])
        if position + 1 < len(said) and pair in known:
            matched, quality, position = matched + 2, quality + 4, position + 2
            continue
        how = _best(said[position], known)
        matched, quality, position = matched + bool(how), quality + how, position + 1
    return matched, quality


def _begins(word: str, known: str) -> bool:
    """Whether *word* is a part of *known* that people say for it: "sync", "game" of a minigame."""
    if len(word) < 4 or word in _NO_PART:
        return False
    return (
        (len(known) > len(word) + 2 or len(word) > 4) and known.startswith(word)
    ) or known.endswith(word)


def _is_weak(word: str) -> bool:
    return not _WEAK.isdisjoint(word.split("|"))


@lru_cache(maxsize=16384)
def _best(word: str, known: tuple[str, ...]) -> int:
    if "|" in word:  # in another language, and what it is in English
        likely, _, less = word.partition("||")
        best = max(_best(one, known) for way in likely.split("|") for one in canonical(way))
        return best or min(_best(less, known), 1) if less else best
    if word in known or any(same_stem(word, k) or _begins(word, k) for k in known):
        return 2
    if word.endswith("ing") and from_gerund(word) in known:
        return 2
    if f"{word}s" in known or (word.endswith("s") and {word[:-1], word[:-2]} & set(known)):
        return 2
    alike = any(same_word(word, k) or (len(word) > 4 and fuzz.ratio(word, k) >= 80) for k in known)
    return 1 if alike else 0


@lru_cache(maxsize=4096)
def _vocabulary(agent: KnownAgent) -> tuple[str, ...]:
    title = canonical(" ".join(words(agent.title)))
    repo = agent.repo.rpartition("/")[2]
    name = canonical(" ".join(name_parts(repo)))
    branch = canonical(" ".join(name_parts(agent.branch)))
    pairs = tuple(a + b for a, b in pairwise(title))
    pieces = tuple(
        piece
        for word in (*title, *name)
        if len(found := _PIECES.findall(word)) > 1
        for piece in found
        if len(piece) > 1
    )  # "iso" and "20022" of "iso20022"
    joined = ("".join(name_parts(repo)),)
    return tuple(
        w
        for w in dict.fromkeys(title + name + branch + pairs + joined + pieces)
        if w not in _COMMON
    )
