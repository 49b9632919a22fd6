"""One pull request per branch: looked for, else opened as a draft, ready when verified."""

from collections.abc import Callable
from dataclasses import dataclass

import structlog

from bot.errors import GitHubRefused
from bot.github.repository import Repository
from bot.github.values import Pull
from bot.texts import pull_body

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The pull request that there should be."""

    title: str
    body: str
    head: str
    head_sha: str
    base: str
    agent_id: str


async def ensure(
    repository: Repository, wanted: Wanted, *, checkpoint: Callable[[str], None]
) -> Pull:
    """Return the branch's pull request, opened if there was none.

    A closed one counts when it held this very commit; an open one with a text of ours about older
    work gets the new text, and one that people wrote keeps theirs.
    """
    checkpoint("look for the pull request")
    pull = await repository.find_pull(wanted.head)
    if pull is None or (pull.state != "open" and pull.head_sha != wanted.head_sha):
        checkpoint("open the pull request")
        pull = await _opened(repository, wanted)
        log.info("pull request opened", agent_id=wanted.agent_id, number=pull.number)
        checkpoint("opened")
    elif pull.state == "open" and _is_of_another_agent(pull, wanted.agent_id):
        pull = await repository.update_pull(pull.number, body=wanted.body)
    return pull


async def make_ready(
    repository: Repository, pull: Pull, *, is_verified: bool, checkpoint: Callable[[str], None]
) -> str:
    """Take the draft mark away once the change is verified; return a note for people."""
    if pull.state != "open":
        return f"pull request #{pull.number} is {'merged' if pull.merged else 'closed'} already"
    if not is_verified:
        return "" if pull.draft else "it is not verified, and GitHub has no drafts here"
    if pull.draft:
        checkpoint("mark it ready")
        try:
            await repository.mark_ready(pull.number)
        except GitHubRefused as error:  # the work is there: a person can press the button
            log.warning("pull request stays a draft", number=pull.number, reason=str(error))
            return "it is verified, but GitHub did not let us take its draft mark away"
    return ""


async def _opened(repository: Repository, wanted: Wanted) -> Pull:
    """Open a draft; where GitHub has no drafts (private, free plan) an ordinary one."""
    for draft in (True, False):
        try:
            return await repository.open_pull(
                title=wanted.title,
                body=wanted.body,
                head=wanted.head,
                base=wanted.base,
                draft=draft,
            )
        except GitHubRefused as error:
            if error.status != 422:
                raise
            if "already exists" in str(error):  # somebody, or we before a kill, was faster
                existing = await repository.find_pull(wanted.head)
                if existing is not None:
                    return existing
            if not draft or "draft" not in str(error).lower():
                raise
    raise GitHubRefused("GitHub opened no pull request", status=422)


def _is_of_another_agent(pull: Pull, agent_id: str) -> bool:
    """Whether the text is one of ours about older work; people's own texts are left alone."""
    ours = pull_body.marker("").removesuffix(" -->")
    return pull.body.startswith(ours) and not pull.body.startswith(pull_body.marker(agent_id))
