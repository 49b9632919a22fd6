"""New comments: ``@cadence …`` under an issue or a pull request."""

from gidgethub.routing import Router
from gidgethub.sansio import Event

from bot.domain import Source
from handlers import payload
from handlers.payload import Person, Place, Thread
from handlers.requests import Request, carry_out, heard
from handlers.services import Visit

router = Router()


@router.register("issue_comment", action="created")
async def hear(event: Event, visit: Visit) -> None:
    """Do what a comment asks after our name; edits and deletions never call us."""
    comment = payload.child(event.data, "comment")
    asked = await heard(visit, payload.text(comment, "body"))
    if asked is None:  # most comments are not for us
        visit.note = "ignored: not for us"
        return
    thread = Thread.of(event.data)
    comment_id = payload.number(comment, "id")
    request = Request(
        place=Place.of(event.data),
        thread=thread,
        author=Person.of(comment.get("user"), "author"),
        sender=Person.of(event.data.get("sender"), "sender"),
        was_app=payload.via_app(comment),
        source=Source.PULL_REQUEST if thread.is_pull else Source.ISSUE_COMMENT,
        source_ref=f"comment:{comment_id}",
        asked=asked,
        comment_id=comment_id,
        written_at=payload.created_at(comment) or visit.services.now(),
    )
    await carry_out(visit, request)
