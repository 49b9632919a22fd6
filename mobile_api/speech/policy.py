"""From what was meant to what is done: names are resolved, and it is decided whether to ask."""

from mobile_api.speech.agents import find
from mobile_api.speech.frame import EVERYTHING, Context, Frame, Intent, Meant, Reference
from mobile_api.speech.repos import Match, index_of
from mobile_api.speech.tasks import is_irreversible

_IT = Reference(pronoun=True)


def resolved(meant: Meant, context: Context, *, source: str) -> Frame:
    """Return the frame of *meant*; the same for the grammar's meaning and a model's."""
    if meant.intent is Intent.UNKNOWN:
        return Frame(
            intent=Intent.UNKNOWN, reason=meant.reason, source=source, language=meant.language
        )
    if meant.intent is Intent.CREATE:
        return _create(meant, context, source)
    return _control(meant, context, source)


def _control(meant: Meant, context: Context, source: str) -> Frame:
    reference = meant.reference or _IT
    found = find(reference, context, meant.intent)
    one = len(found.ids) == 1 and found.ids != EVERYTHING
    certain = (
        one and found.sure and not found.problem and meant.evidence and not reference.everything
    )
    asks = meant.intent is Intent.STOP or (meant.intent is not Intent.STATUS and not certain)
    return Frame(
        intent=meant.intent, agents=found.ids, agent_candidates=found.candidates,
        needs_confirmation=asks, reason=found.problem, source=source, language=meant.language,
        confidence=0.95 if certain else 0.6,
    )  # fmt: skip


def _create(meant: Meant, context: Context, source: str) -> Frame:
    match = _repo(meant, context)
    reason = ""
    if match.repo is None:
        reason = "which repo" if match.candidates else "unknown repo" if meant.repo else "no repo"
    elif meant.task is None:
        reason = "no task"
    elif is_irreversible(meant.task):
        reason = "irreversible"
    elif not meant.evidence:
        reason = "unsure"
    return Frame(
        intent=Intent.CREATE, repo=match.repo, branch=meant.branch, task=meant.task,
        repo_candidates=() if match.repo else match.candidates, needs_confirmation=bool(reason),
        reason=reason, source=source, language=meant.language,
        confidence=round(match.score / 100, 2) if match.repo else 0.5,
    )  # fmt: skip


def _repo(meant: Meant, context: Context) -> Match:
    if meant.repo:
        return index_of(context.repos).match(meant.repo)
    if context.default_repo in context.repos:
        return Match(context.default_repo, context.repos, 100.0)
    if len(context.repos) == 1:
        return Match(context.repos[0], context.repos, 100.0)
    return Match()
