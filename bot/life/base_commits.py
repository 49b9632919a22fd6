"""The commits that work starts from: fetched only from branches that it may start from."""

import contextlib
from collections.abc import AsyncIterator

import structlog

from bot.domain import Task
from bot.errors import CadenceError, PublishRefused, RepositoryUnusable
from bot.github.app import GitHubApp
from bot.publishing.mirrors import Mirror

log = structlog.get_logger()


@contextlib.asynccontextmanager
async def contents_token(github: GitHubApp, task: Task, level: str) -> AsyncIterator[str]:
    """Give out a token for the contents of the task's repository, worthless after the block."""
    token = await github.mint(
        task.installation_id,
        repository_ids=[task.repository_id],
        permissions={"contents": level},
    )
    try:
        yield token.value
    finally:
        try:
            await github.revoke(token)
        except CadenceError as error:  # it dies by itself within the hour
            log.warning("token not revoked", reason=str(error))


async def fetch_start(mirror: Mirror, start: str, base: str, own_branch: str, *, token: str) -> str:
    """Fetch what the work starts from and return the tip of *base*; refuse any other start.

    GitHub serves any commit of any fork by its number, so that one which is merely *there* proves
    nothing: it must be on the base branch, or on the agent's own.
    """
    heads = await mirror.heads(base, own_branch, token=token)
    tip, own = heads.get(base), heads.get(own_branch)
    if tip is None:
        raise RepositoryUnusable(f"there is no branch `{base}` (any more)")
    await mirror.fetch(base, tip, token=token)
    if own == start:
        await mirror.fetch(own_branch, own, token=token)
        return tip
    if await mirror.reaches(start, base, tip, token=token):
        return tip
    if own is not None and await mirror.reaches(start, own_branch, own, token=token):
        return tip
    raise PublishRefused(
        f"the work does not start from a commit of `{base}`; was the branch rewritten meanwhile?"
    )
