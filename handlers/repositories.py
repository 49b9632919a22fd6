"""Repositories that get another name, another owner or an end."""

from gidgethub.routing import Router
from gidgethub.sansio import Event

from handlers import payload
from handlers.services import Visit

router = Router()


@router.register("repository", action="renamed")
@router.register("repository", action="transferred")
async def rename(event: Event, visit: Visit) -> None:
    """Note the new name; the number stays."""
    repository = payload.child(event.data, "repository")
    await visit.services.installations.rename(
        payload.number(repository, "id"), payload.full_name(repository)
    )


@router.register("repository", action="deleted")
async def forget(event: Event, visit: Visit) -> None:
    """Forget a deleted repository; its agents end when GitHub knows it no more."""
    repository = payload.child(event.data, "repository")
    await visit.services.installations.remove_repositories([payload.number(repository, "id")])
