"""Repositories that get another name, another owner or an end."""

from gidgethub.routing import Router
from gidgethub.sansio import Event

from handlers import payload
from handlers.services import Visit

router = Router()


@router.register("repository", action="renamed")
@router.register("repository", action="transferred")
async def rename(event: Event, visit: Visit) -> None:
    """Note the new name; the number stays, and with it the index."""
    repository = payload.child(event.data, "repository")
    await visit.services.installations.rename(
        payload.number(repository, "id"), payload.full_name(repository)
    )


@router.register("repository", action="deleted")
async def forget(event: Event, visit: Visit) -> None:
    """Forget a deleted repository; its agents end when GitHub knows it no more."""
    repository_id = payload.number(payload.child(event.data, "repository"), "id")
    await visit.services.installations.remove_repositories([repository_id])
    await visit.services.indexes.forget(repository_id)


@router.register("repository", action="edited")
async def change_default(event: Event, visit: Visit) -> None:
    """Index anew when another branch is the default one now, or it has another name."""
    changes = event.data.get("changes")
    if not isinstance(changes, dict) or "default_branch" not in changes:
        return  # a description or the like
    place = payload.Place.of(event.data)
    await visit.services.index(
        place.installation_id, place.repository_id, place.repository, visit.guid
    )
