"""The labelled sentences of ``tests/unit/data/voice``, and how an answer is judged."""

import json
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from mobile_api.speech.frame import ACTING, EVERYTHING, Context, Frame, Intent, KnownAgent
from mobile_api.speech.understand import by_grammar

_DATA = Path(__file__).parents[1] / "unit/data/voice"
_INTENTS = {
    "C": Intent.CREATE,
    "S": Intent.STATUS,
    "P": Intent.PAUSE,
    "R": Intent.RESUME,
    "X": Intent.STOP,
    "U": Intent.UNKNOWN,
}
_SMALL = frozenset(
    ["a", "an", "the", "to", "and", "of", "for", "in", "on", "at", "it", "is", "that"]
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """A sentence, who says it, and what it should come to."""

    id: str
    transcript: str
    context: Context
    expected: Frame
    held_out: bool


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the intent, and the whole answer, are right; and whether it acts wrongly."""

    intent: bool
    frame: bool
    unsafe: bool


def person(titles: Iterable[tuple[str, str, str]], *more_repos: str) -> Context:
    """Return somebody with an agent a1, a2, ... for each title, repository and status."""
    rows = tuple(titles)
    return Context(
        repos=tuple(dict.fromkeys((*(repo for _, repo, _ in rows), *more_repos))),
        agents=tuple(
            KnownAgent(
                id=f"a{number}", number=number, title=title, repo=repo, status=status,
                started=f"2026-11-20T0{number}:00:00Z",
            )
            for number, (title, repo, status) in enumerate(rows, start=1)
        ),
    )  # fmt: skip


def read(words: str, context: Context) -> Frame:
    """Return what the grammar makes of *words*, "unknown" where it does not know."""
    return by_grammar(words, context) or Frame(intent=Intent.UNKNOWN)


def contexts(file: str = "contexts") -> dict[str, Context]:
    """Return the people of the corpus: their repositories and agents."""
    data = json.loads((_DATA / f"{file}.json").read_text())
    return {
        name: Context(
            repos=tuple(one["repos"]),
            focus=f"agt-{one['focus']}" if one["focus"] else None,
            agents=tuple(
                KnownAgent(
                    id=f"agt-{number}", number=number, title=title, repo=repo, status=status,
                    started=f"2026-11-20T{at}:00Z",
                    branch="cadence/" + "-".join(title.lower().split()[:4]),
                )
                for number, title, repo, status, at in one["agents"]
            ),
        )
        for name, one in data.items()
    }  # fmt: skip


def corpus() -> list[Labelled]:
    """Return every sentence of ours; every second one of a context is held out."""
    return _labelled("sentences.txt", contexts())


def strangers() -> list[Labelled]:
    """Return the sentences of people who had not seen the grammar."""
    return _labelled("strangers.txt", contexts("strangers"))


def _labelled(file: str, people: dict[str, Context]) -> list[Labelled]:
    rows: list[Labelled] = []
    name, count = "", 0
    for line in (_DATA / file).read_text().splitlines():
        if line.startswith("@"):
            name, count = line[1:], 0
        elif line and not line.startswith("#"):
            label, _, said = line.partition(" ::")
            rows.append(
                Labelled(
                    id=f"{name}-{count:02d}", transcript=said.strip(), context=people[name],
                    expected=_expected(label, people[name]), held_out=bool(count % 2),
                )
            )  # fmt: skip
            count += 1
    return rows


def _expected(label: str, context: Context) -> Frame:
    intent, rest = _INTENTS[label[0]], label[1:].strip()
    if intent is Intent.CREATE:
        return _created(rest, context)
    rest, sure_to_ask, _ = rest.partition(" !")
    vague = rest.startswith("?") or rest == "-" or not rest
    ids = EVERYTHING if rest == "*" else () if vague else tuple(f"agt-{n}" for n in rest.split(","))
    one = len(ids) == 1 and ids != EVERYTHING
    acts = intent in {Intent.PAUSE, Intent.RESUME}
    asks = intent is Intent.STOP or (acts and (not one or bool(sure_to_ask)))
    return Frame(intent=intent, agents=ids, needs_confirmation=asks)


def _created(rest: str, context: Context) -> Frame:
    repo, task, branch, *more = (part.strip() for part in rest.split("|"))
    names = {one.rpartition("/")[2]: one for one in context.repos}
    return Frame(
        intent=Intent.CREATE,
        repo=names.get(repo),
        task=None if task == "-" else task,
        branch=None if branch == "-" else branch,
        needs_confirmation="-" in (repo, task) or bool(more),
    )


def judge(row: Labelled, got: Frame) -> Verdict:
    """Hold *got* against the label of *row*."""
    want = row.expected
    intent = got.intent is want.intent
    agents = want.intent in {Intent.CREATE, Intent.UNKNOWN} or _ids(row, got) == _ids(row, want)
    create = want.intent is Intent.CREATE
    repo = not create or got.repo == want.repo
    task = not create or (got.branch == want.branch and alike(want.task, got.task))
    asks = got.needs_confirmation == want.needs_confirmation
    acts = got.intent in ACTING and not got.needs_confirmation
    wrong = not intent or want.needs_confirmation or not agents or not repo
    return Verdict(intent, intent and agents and repo and task and asks, acts and wrong)


def _ids(row: Labelled, frame: Frame) -> tuple[str, ...]:
    every = tuple(sorted(agent.id for agent in row.context.agents))
    ids = tuple(sorted(frame.agents))
    return EVERYTHING if ids == every and len(every) > 1 else ids


def alike(want: str | None, got: str | None) -> bool:
    """Whether two tasks share most of their words."""
    if want is None or got is None:
        return want == got
    one, other = Counter(_words(want)), Counter(_words(got))
    return 2 * sum((one & other).values()) >= 0.6 * (sum(one.values()) + sum(other.values()))


def _words(text: str) -> list[str]:
    found = re.findall(r"\w+", text.lower().replace("'s", "").replace("-", ""))
    return [re.sub(r"(?<=\w{4})(?:ing|ed|es|s)$", "", w) for w in found if w not in _SMALL]
