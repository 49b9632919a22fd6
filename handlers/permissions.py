"""Who may give us work: asked from GitHub each time, never guessed."""

import asyncio

from bot.github.repository import Repository
from handlers.payload import Person
from handlers.services import Services

# GitHub folds maintain into write and triage into read; servers that do not are fine, too.
_MAY = frozenset({"admin", "maintain", "write"})


def bot_reason(services: Services, people: list[Person], *, was_app: bool) -> str:
    """Return why these are machines that we do not listen to; empty when they are not."""
    if any(person.id == services.bot_user_id for person in people):
        return "our own words"
    strangers = [p for p in people if p.id not in services.trusted_bots]
    if any(person.is_bot for person in strangers):
        return "a bot spoke"
    if was_app and strangers:
        return "an App spoke for a person"
    return ""


async def first_without(
    services: Services, repository: Repository, people: list[Person]
) -> Person | None:
    """Return the first of *people* who may not write, None when all may.

    Raise `Unavailable` when GitHub cannot be asked. The operator's settings speak for trusted
    bots, which GitHub knows no permission of.
    """
    asked = list({p.id: p for p in people if p.id not in services.trusted_bots}.values())
    levels = await asyncio.gather(*(repository.permission(person.login) for person in asked))
    return next((p for p, level in zip(asked, levels, strict=True) if level not in _MAY), None)
