"""All doors behind one: a stored delivery is handled here, as often as the engine likes."""

import orjson
import structlog
from gidgethub.routing import Router
from gidgethub.sansio import Event

from bot.db.deliveries import Delivery
from bot.errors import CadenceError, Unavailable
from handlers import authorizations, comments, installations, issues, push, repositories
from handlers.services import Services, Visit

__all__ = ["EVENTS", "Doors", "Services"]

log = structlog.get_logger()

# What is stored and handled; other events are answered and forgotten.
EVENTS = frozenset(
    {
        "github_app_authorization",
        "installation",
        "installation_repositories",
        "issue_comment",
        "issues",
        "push",
        "repository",
    }
)

# Whose text must name us for the delivery to be work.
_WORDS = {("issue_comment", "created"): "comment", ("issues", "opened"): "issue"}

_ROUTERS = (
    authorizations.router,
    comments.router,
    installations.router,
    issues.router,
    push.router,
    repositories.router,
)


class Doors:
    """Turn deliveries into agents, commands and facts; database work and short calls only."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._router = Router(*_ROUTERS)

    def glance(self, delivery: Delivery) -> str | None:
        """Return the note of a delivery that needs no work, None for one that must be handled.

        Most comments are not for us; saying so takes no call and no durable step.
        """
        data = orjson.loads(delivery.body)
        if data.get("action", "") != delivery.action:  # not a word that could be routed
            return "ignored: no action"
        event = Event(data, event=delivery.event, delivery_id=delivery.guid)
        if not self._router.fetch(event):
            return "ignored: nothing to do"
        if delivery.event == "push" and not push.concerns_index(data):
            return "ignored: another branch"
        words = data.get(_WORDS.get((delivery.event, delivery.action), ""))
        text = words.get("body") if isinstance(words, dict) else None
        if not isinstance(text, str):
            return None
        is_ours = f"@{self._services.slug}".lower() in text.lower()
        return None if is_ours else "ignored: not for us"

    async def handle(self, delivery: Delivery) -> str:
        """Return a short note of what came of it; raise `Unavailable` to be called again.

        Any part may have been done before: each trigger makes one agent, each answer is given once.
        """
        facts = {
            "delivery": delivery.guid,
            "event_name": delivery.event,
            "repository": _repository(delivery),
        }
        with structlog.contextvars.bound_contextvars(**facts):
            try:
                note = await self._handle(delivery)
            except Unavailable as error:
                log.info("delivery put off", reason=str(error), retry_after_s=error.retry_after_s)
                raise
            except CadenceError as error:
                log.warning("delivery given up", reason=str(error), error=type(error).__name__)
                return f"given up: {error}"
            log.info("delivery handled", action=delivery.action, note=note)
            return note

    async def _handle(self, delivery: Delivery) -> str:
        data = orjson.loads(delivery.body)
        if data.get("action", "") != delivery.action:  # not a word that could be routed
            return "ignored: no action"
        event = Event(data, event=delivery.event, delivery_id=delivery.guid)
        visit = Visit(services=self._services, guid=delivery.guid)
        callbacks = self._router.fetch(event)
        if not callbacks:
            return "ignored: nothing to do"
        for callback in callbacks:  # there is one per event and action
            await callback(event, visit)
        return visit.note


def _repository(delivery: Delivery) -> str:
    """Return the repository's full name for the log, empty where there is none."""
    repository = orjson.loads(delivery.body).get("repository")
    name = repository.get("full_name") if isinstance(repository, dict) else None
    return name if isinstance(name, str) else ""
