"""``/api/voice``: a command as sound or text, and the yes that it may need."""

from typing import Any

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from pydantic import ValidationError

from bot.errors import InvalidRequest
from mobile_api.auth.sessions import person_of
from mobile_api.endpoint import JSON, VOICE, Endpoint
from mobile_api.hearing.formats import MOST_BYTES
from mobile_api.idempotency import HEADER, MOST_CHARS
from mobile_api.late import Late
from mobile_api.speech.phrases import NAMES
from mobile_api.voice.commands import Commands, Said
from mobile_api.voice.views import (
    ClientContext,
    CommandAsked,
    CommandView,
    ConfirmAsked,
    LanguagesView,
    LanguageView,
    TranscriptView,
)
from mobile_api.wire import answer, asked, read_json

FORM = "multipart/form-data"
MOST_BODY = MOST_BYTES + 64 * 1024
_CONTEXT_BYTES = 8 * 1024
_SHAPE = {
    "type": "object",
    "required": ["audio"],
    "properties": {
        "audio": {
            "type": "string",
            "format": "binary",
            "description": "webm, mp4, m4a, wav or ogg",
        },
        "clientContext": {"$ref": "#/components/schemas/ClientContext"},
    },
}


class VoiceApi:
    """The routes; they ask for patience until *commands* come."""

    def __init__(self, commands: Late[Commands]) -> None:
        self._commands = commands

    def endpoints(self) -> list[Endpoint]:
        """Return the routes."""
        return [
            *self._recorded(),
            Endpoint(
                method="POST",
                path="/api/voice/commands/{id}/confirm",
                handler=self._confirm,
                summary="Answer a command that waits: yes, no, a choice, or the words corrected",
                tag="voice",
                body=ConfirmAsked,
                answers={200: CommandView},
                rate=VOICE,
                is_keyed=True,
                problems=(404, 409),
            ),
            Endpoint(
                method="GET",
                path="/api/voice/languages",
                handler=self._languages,
                summary="The languages that can be spoken",
                tag="voice",
                answers={200: LanguagesView},
            ),
        ]

    def _recorded(self) -> list[Endpoint]:
        return [
            Endpoint(
                method="POST",
                path="/api/voice/commands",
                handler=self._command,
                summary="Say a command: a recording of 30 seconds and 5 MB at most, or its words",
                tag="voice",
                body=CommandAsked,
                media=(JSON, FORM),
                shape=_SHAPE,
                answers={200: CommandView},
                rate=VOICE,
                most_bytes=MOST_BODY,
                problems=(409, 413, 415, 422),
            ),
            Endpoint(
                method="POST",
                path="/api/voice/transcripts",
                handler=self._transcript,
                summary="The words of such a recording; nothing is done",
                tag="voice",
                media=(FORM,),
                shape=_SHAPE,
                answers={200: TranscriptView},
                rate=VOICE,
                most_bytes=MOST_BODY,
                problems=(422,),
            ),
        ]

    async def _command(self, request: web.Request) -> web.Response:
        person, key = person_of(request), _key(request)
        commands = self._commands()
        if request.content_type == FORM:
            said = await _form(request)
        else:
            given = await asked(request, CommandAsked)
            said = Said(transcript=given.transcript, client=given.client_context)
        body, is_replayed = await commands.said(person, said, key=key)
        return _answer(body, is_replayed=is_replayed)

    async def _transcript(self, request: web.Request) -> web.Response:
        person, commands = person_of(request), self._commands()
        if request.content_type != FORM:  # nothing was sent: no type was looked at
            raise InvalidRequest("audio: the form has no recording")
        return answer(await commands.words(person, await _form(request)))

    async def _confirm(self, request: web.Request) -> web.Response:
        person, given = person_of(request), await asked(request, ConfirmAsked)
        body = await self._commands().confirmed(person, request.match_info["id"], given)
        return _answer(body, is_replayed=False)

    async def _languages(self, request: web.Request) -> web.Response:
        items = [LanguageView(code=code, name=name) for code, name in NAMES.items()]
        return answer(LanguagesView(items=items))


def _answer(body: dict[str, Any], *, is_replayed: bool) -> web.Response:
    headers = {"Idempotent-Replayed": "true"} if is_replayed else {}
    return web.json_response(body, headers=headers)


def _key(request: web.Request) -> str:
    """Return the key of the request. Forms are told apart by their parts, not by their bytes."""
    given = request.headers.get(HEADER)
    if given is None:
        return ""
    if not 0 < len(given) <= MOST_CHARS or not all(" " <= c <= "~" for c in given):
        raise InvalidRequest(f"{HEADER} has 1 to {MOST_CHARS} printable characters")
    return given


async def _form(request: web.Request) -> Said:
    """Return the recording and the context of a form; parts that we do not know are skipped."""
    audio: bytes | None = None
    client = ClientContext()
    try:
        async for part in await request.multipart():
            name = getattr(part, "name", None)
            if name == "audio":
                audio = await _read(part, MOST_BYTES)
            elif name == "clientContext":
                client = read_json(await _read(part, _CONTEXT_BYTES), ClientContext)
    except (ValueError, AssertionError, HttpProcessingError, web.RequestPayloadError) as error:
        if isinstance(error, ValidationError):
            raise
        raise InvalidRequest("the form cannot be read") from error
    if audio is None:
        raise InvalidRequest("audio: the form has no recording")
    return Said(audio=audio, client=client)


async def _read(part: Any, most: int) -> bytes:
    read = bytearray()
    while chunk := await part.read_chunk(64 * 1024):
        read += chunk
        if len(read) > most:
            raise web.HTTPRequestEntityTooLarge(most, len(read))
    return bytes(read)
