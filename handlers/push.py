"""Pushes: the default branch is indexed anew, what is kept of a deleted branch goes."""

from gidgethub.routing import Router
from gidgethub.sansio import Event

from handlers import payload
from handlers.payload import Data
from handlers.services import Visit

router = Router()
_HEADS = "refs/heads/"


@router.register("push")
async def index_anew(event: Event, visit: Visit) -> None:
    """Queue the indexing of the default branch; other branches are looked at when asked for."""
    place = payload.Place.of(event.data)
    branch = payload.text(event.data, "ref").removeprefix(_HEADS)
    if event.data.get("deleted") is True:
        await visit.services.indexes.forget_branch(place.repository_id, branch)
        visit.note = "branch forgotten"
    elif concerns_index(event.data):
        await visit.services.index(
            place.installation_id, place.repository_id, place.repository, visit.guid
        )
        visit.note = "index queued"
    else:
        visit.note = "ignored: another branch"


def concerns_index(data: Data) -> bool:
    """Whether a push changes what is indexed: the default branch, or the end of a branch."""
    repository = data.get("repository")
    if not isinstance(repository, dict) or data.get("deleted") is True:
        return True  # what is malformed is told by who handles it
    return data.get("ref") == f"{_HEADS}{repository.get('default_branch')}"
