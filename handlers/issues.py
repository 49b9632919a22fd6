"""Issues: a mention in a new one, our bot assigned, or the label with our name."""

from dataclasses import replace

from gidgethub.routing import Router
from gidgethub.sansio import Event

from bot.domain import Source
from handlers import payload
from handlers.mention import Command, Instruction
from handlers.payload import Person, Place, Thread
from handlers.requests import RESOLVE, Request, carry_out, heard
from handlers.services import Visit

router = Router()


@router.register("issues", action="opened")
async def hear(event: Event, visit: Visit) -> None:
    """Do what the body of a new issue asks after our name; its title calls nobody."""
    issue = payload.child(event.data, "issue")
    asked = await heard(visit, payload.text(issue, "body"))
    if asked is None:
        visit.note = "ignored: not for us"
        return
    request = _request(event, visit, asked=asked)
    reference = f"issue:{request.place.repository_id}:{request.thread.number}:opened"
    await carry_out(
        visit,
        replace(
            request,
            author=Person.of(issue.get("user"), "author"),
            source_ref=reference,
            written_at=payload.created_at(issue) or visit.services.now(),
        ),
    )


@router.register("issues", action="assigned")
async def take_assignment(event: Event, visit: Visit) -> None:
    """Work on an issue that somebody assigned to our bot, known by its number."""
    assignee = payload.child(event.data, "assignee")
    if assignee.get("id") != visit.services.bot_user_id:
        visit.note = "ignored: somebody else was assigned"
        return
    await carry_out(visit, _request(event, visit, door="assigned"))


@router.register("issues", action="labeled")
async def take_label(event: Event, visit: Visit) -> None:
    """Work on an issue that got the label with our name."""
    label = payload.text(payload.child(event.data, "label"), "name")
    if label.casefold() != visit.services.slug.casefold():
        visit.note = "ignored: another label"
        return
    await carry_out(visit, _request(event, visit, door="labeled"))


def _request(
    event: Event,
    visit: Visit,
    *,
    asked: Instruction | Command | None = None,
    door: str = "opened",
) -> Request:
    """Return the request of the one who acted; the issue's own author lends it only the facts."""
    sender = Person.of(event.data.get("sender"), "sender")
    return Request(
        place=Place.of(event.data),
        thread=Thread.of(event.data),
        author=sender,
        sender=sender,
        was_app=payload.via_app(payload.child(event.data, "issue")) and asked is not None,
        source=Source.ISSUE,
        source_ref=f"{door}:{visit.guid}",
        asked=asked or Instruction(text=RESOLVE),
        written_at=visit.services.now(),
        has_words=False,
    )
