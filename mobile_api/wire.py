"""What goes over the wire: camelCase names, nothing unknown, times in UTC with a Z."""

from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, PlainSerializer
from pydantic.alias_generators import to_camel

from bot.errors import InvalidRequest

MAX_BODY = 128 * 1024
_RAW = web.RequestKey("raw", bytes)
Model = TypeVar("Model", bound=BaseModel)


class Wire(BaseModel):
    """The base of what is sent and received."""

    model_config = ConfigDict(
        alias_generator=to_camel, populate_by_name=True, extra="forbid", frozen=True
    )


class Heard(BaseModel):
    """The base of what is received in a query: unknown parameters are nobody's business."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, frozen=True)


def iso(moment: datetime) -> str:
    """Return *moment* as it is sent: in UTC, to the millisecond."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


Moment = Annotated[datetime, PlainSerializer(iso, return_type=str, when_used="json")]


class Page(Heard):
    """Which part of a list: *cursor* comes from the part before."""

    limit: Annotated[int, Field(ge=1, le=100)] = 30
    cursor: Annotated[str, Field(max_length=500)] = ""


async def raw_of(request: web.Request, *, most: int = MAX_BODY) -> bytes:
    """Return the body, read once; one larger than *most* bytes is refused."""
    kept: bytes | None = request.get(_RAW)
    if kept is not None:
        return kept
    if request.content_length is not None and request.content_length > most:
        raise web.HTTPRequestEntityTooLarge(most, request.content_length)
    read = bytearray()
    async for part in request.content.iter_chunked(64 * 1024):
        read += part
        if len(read) > most:
            raise web.HTTPRequestEntityTooLarge(most, len(read))
    request[_RAW] = whole = bytes(read)
    return whole


async def asked(request: web.Request, model: type[Model]) -> Model:
    """Return the body as *model*; an empty one is an empty object."""
    return read_json(await raw_of(request) or b"{}", model)


def read_json(raw: bytes, model: type[Model]) -> Model:
    """Return JSON as *model*; raise `InvalidRequest` for text with a NUL, which no store takes."""
    value = model.model_validate_json(raw)
    # In JSON it can only be written so; what looks like it may be a backslash and words.
    if b"\\u0000" in raw and has_nul(value.model_dump()):
        raise InvalidRequest("text has no NUL characters")
    return value


def has_nul(value: Any) -> bool:
    """Whether a text in *value*, made of dicts, lists and scalars, holds a NUL."""
    if isinstance(value, str):
        return "\x00" in value
    if isinstance(value, dict):
        return any(has_nul(key) or has_nul(each) for key, each in value.items())
    return isinstance(value, list | tuple) and any(has_nul(each) for each in value)


def queried(request: web.Request, model: type[Model]) -> Model:
    """Return the query as *model*; of a name that is there twice the last counts."""
    return model.model_validate(dict(request.query))


def answer(body: BaseModel, *, status: int = 200, **headers: str) -> web.Response:
    """Return *body* as JSON."""
    return web.Response(
        text=body.model_dump_json(by_alias=True),
        status=status,
        content_type="application/json",
        headers={name.replace("_", "-"): value for name, value in headers.items()},
    )


def told(body: BaseModel) -> Any:
    """Return *body* as plain values with the names of the wire."""
    return body.model_dump(mode="json", by_alias=True)
