"""People who take back what they granted the App."""

from gidgethub.routing import Router
from gidgethub.sansio import Event

from handlers import payload
from handlers.services import Visit

router = Router()


@router.register("github_app_authorization", action="revoked")
async def sign_out(event: Event, visit: Visit) -> None:
    """End every session of a person who revoked the App, and delete the tokens."""
    person_id = payload.number(payload.child(event.data, "sender"), "id")
    await visit.services.sign_out(person_id)
    visit.note = "signed out everywhere"
