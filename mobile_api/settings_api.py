"""What a person chose, and what of it there is to choose from."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from aiohttp import web
from pydantic import Field, ValidationError

from bot.db.identities import Identities
from bot.errors import InvalidRequest
from mobile_api.auth.people import Person
from mobile_api.auth.sessions import person_of
from mobile_api.endpoint import Endpoint
from mobile_api.wire import Wire, answer, asked


class Notify(Wire):
    """What is worth a notification."""

    question: bool = True
    pull_request: bool = True
    failed: bool = True
    budget: bool = True


class SettingsAsked(Wire):
    """The person's choices; *models* may be sent back as it came, and changes nothing."""

    default_repo: Annotated[str, Field(max_length=201)] | None = None
    default_model: Annotated[str, Field(max_length=100)] | None = None
    budget_usd: Annotated[float, Field(gt=0, le=100)] | None = None
    language: Literal["auto", "en", "de", "es", "fr"] = "auto"
    speak: Literal["off", "short", "full"] = "short"
    send_at_once: bool = True
    notify: Notify = Notify()
    models: list[str] | None = None


class SettingsView(Wire):
    """The person's choices; *models* are the names that *defaultModel* may have."""

    default_repo: str | None
    default_model: str | None
    budget_usd: float | None
    language: Literal["auto", "en", "de", "es", "fr"]
    speak: Literal["off", "short", "full"]
    send_at_once: bool
    notify: Notify
    models: list[str]


class Choices:
    """People's choices, read anew each time."""

    def __init__(self, identities: Identities) -> None:
        self._identities = identities

    async def of(self, person: Person) -> SettingsAsked:
        """Return the person's choices, the usual ones where he made none."""
        identity = await self._identities.get(person.id)
        return read_choices(identity.settings if identity else {})

    async def keep(self, person: Person, chosen: SettingsAsked) -> None:
        """Keep them."""
        kept = chosen.model_dump(mode="json", exclude={"models"})
        await self._identities.set_settings(person.id, kept)


def read_choices(kept: dict[str, Any]) -> SettingsAsked:
    """Return stored choices; what an older version wrote and nobody reads any more is no error."""
    known = {name: value for name, value in kept.items() if name in SettingsAsked.model_fields}
    try:
        return SettingsAsked.model_validate(known)
    except ValidationError:
        return SettingsAsked()


class SettingsApi:
    """``/api/settings``."""

    def __init__(self, choices: Choices, *, models: Sequence[str]) -> None:
        self._choices = choices
        self._models = list(models)

    def endpoints(self) -> list[Endpoint]:
        """Return the routes."""
        return [
            Endpoint(
                method="GET",
                path="/api/settings",
                handler=self._get,
                summary="What you chose",
                tag="settings",
                answers={200: SettingsView},
            ),
            Endpoint(
                method="PUT",
                path="/api/settings",
                handler=self._put,
                summary="Choose; what is left out becomes the usual again",
                tag="settings",
                body=SettingsAsked,
                answers={200: SettingsView},
            ),
        ]

    async def _get(self, request: web.Request) -> web.Response:
        return self._shown(await self._choices.of(person_of(request)))

    async def _put(self, request: web.Request) -> web.Response:
        chosen = await asked(request, SettingsAsked)
        if chosen.default_model is not None and chosen.default_model not in self._models:
            raise InvalidRequest(f"defaultModel: known are {', '.join(self._models)}")
        await self._choices.keep(person_of(request), chosen)
        return self._shown(chosen)

    def _shown(self, chosen: SettingsAsked) -> web.Response:
        facts = chosen.model_dump() | {"models": self._models, "notify": chosen.notify}
        return answer(SettingsView(**facts))
